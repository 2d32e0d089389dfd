import { rm } from 'node:fs/promises'
import path from 'node:path'

import { systemClock } from '../../infra/local/clock.ts'
import { serverNames } from '../../infra/local/stack.ts'
import { recordingsFolder } from '../replay/folder.ts'
import { type Replay, startReplay } from '../replay/server.ts'

export const replayDataDir = '.oddscast/replay'

/** Recorded feeds to be read instead of live ones, over and over. */
export function startRecordedFeeds({ speed }: { speed: number }, feeds: string | undefined): Promise<Replay> {
  return startReplay({
    folder: recordingsFolder(process.env),
    ...(feeds === undefined ? {} : { feeds: feeds.split(',') }),
    port: 0,
    mode: { pace: { kind: 'timed', speed }, loop: true },
    log: () => undefined,
    clock: systemClock,
  })
}

export const recordedFeeds = ({ settings: { FEEDS: feeds = '' } }: Replay) => ({
  feeds,
  why: `Feeds: ${feeds.replaceAll(',', ', ')}, as they were recorded.`,
})

/** What was recorded begins anew, and would be stale to what the last time left in the store. */
export async function forgetLastReplay(dataDir: string): Promise<void> {
  await Promise.all(serverNames.map((name) => rm(path.join(dataDir, name), { recursive: true, force: true })))
}
