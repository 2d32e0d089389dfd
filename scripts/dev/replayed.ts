import { rm } from 'node:fs/promises'
import path from 'node:path'

import { systemClock } from '../../infra/local/clock.ts'
import { serverNames } from '../../infra/local/stack.ts'
import { recordingsFolder } from '../replay/folder.ts'
import { type Replay, startReplay } from '../replay/server.ts'

export const replayDataDir = '.oddscast/replay'

/** Recorded feeds to be read instead of live ones, over and over: those asked for, or all that there are. */
export async function startRecordedFeeds({ speed }: { speed: number }, asked: string | undefined): Promise<Replay> {
  const folder = recordingsFolder(process.env)
  const feeds = asked?.split(',')
  const replay = await startReplay({
    folder,
    ...(feeds === undefined ? {} : { feeds }),
    port: 0,
    mode: { pace: { kind: 'timed', speed }, loop: true },
    log: () => undefined,
    clock: systemClock,
  })
  const lacking = feeds?.filter((feed) => !replay.feeds.has(feed)) ?? []
  if (lacking.length === 0) return replay
  await replay.close()
  throw new Error(`${folder} holds nothing of ${lacking.join(', ')}`)
}

export const recordedFeeds = ({ settings: { FEEDS: feeds = '' } }: Replay) => ({
  feeds,
  why: `Feeds: ${feeds.replaceAll(',', ', ')}, as they were recorded.`,
})

/** What was recorded begins anew, and would be stale to what the last time left in the store. */
export async function forgetLastReplay(dataDir: string): Promise<void> {
  await Promise.all(serverNames.map((name) => rm(path.join(dataDir, name), { recursive: true, force: true })))
}
