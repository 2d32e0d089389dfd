import { readdir } from 'node:fs/promises'
import path from 'node:path'

import { Markets, nothingApplied } from '../../../functions/collect/betfair/markets.ts'
import { parseMessage } from '../../../functions/collect/betfair/raw.ts'
import { readBody } from '../../replay/bodies.ts'
import { recordingsFolder } from '../../replay/folder.ts'
import { betfairLines } from './invented-streams.ts'
import type { Reading } from './measure.ts'

const observedAtMs = Date.UTC(2026, 0, 1)

/** Every feed that is followed: its messages in order, and what reads them one by one from a market's image on. */
export async function streamedReadings(): Promise<Reading[]> {
  return [await reading('betfair', 'betfair', () => betfairLines(5_000), readBetfair)]
}

async function reading(feed: string, folder: string, invent: () => string[], read: Reading['read']): Promise<Reading> {
  const recorded = await recordedLines(path.join(recordingsFolder(process.env), folder))
  return {
    feed,
    what: 'one change at a time',
    unit: 'messages',
    recorded: recorded.length > 0,
    texts: recorded.length > 0 ? recorded : invent(),
    read,
  }
}

async function recordedLines(folder: string): Promise<string[]> {
  const files = (await readdir(folder).catch(() => [])).filter((file) => /\.jsonl(\.gz)?$/.test(file))
  const texts = await Promise.all(files.map((file) => readBody({ file: path.join(folder, file) })))
  // Each a string of its own, as lines are when they come over a socket.
  return texts.flatMap((text) =>
    text
      .toString()
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => Buffer.from(line).toString()),
  )
}

function readBetfair(lines: readonly string[]): number {
  const markets = new Markets(() => undefined)
  let snapshots = 0
  for (const line of lines) {
    const message = parseMessage(line)
    if (!message.ok) throw new Error(`betfair could not read ${line.slice(0, 300)}: ${message.reason}`)
    const applied = nothingApplied()
    markets.apply(message.value, observedAtMs, applied)
    if (applied.rejected.length > 0) throw new Error(`betfair could not read all: ${JSON.stringify(applied.rejected)}`)
    snapshots += applied.snapshots.length
  }
  return snapshots
}
