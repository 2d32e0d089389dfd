import { readdir } from 'node:fs/promises'
import path from 'node:path'

import { Markets, nothingApplied } from '../../../functions/collect/betfair/markets.ts'
import { parseMessage } from '../../../functions/collect/betfair/raw.ts'
import { type Applied as ClobApplied, ClobMarkets } from '../../../functions/collect/polymarket-clob/markets.ts'
import { parseFrame } from '../../../functions/collect/polymarket-clob/raw.ts'
import { readBody } from '../../replay/bodies.ts'
import { recordingsFolder } from '../../replay/folder.ts'
import { betfairLines, clobFrames } from './invented-streams.ts'
import type { Reading } from './measure.ts'

const observedAtMs = Date.UTC(2026, 0, 1)

/** Every feed that is followed: its messages in order, and what reads them one by one. */
export async function streamedReadings(): Promise<Reading[]> {
  const betfair = await recordedLines('betfair')
  const lines = await recordedLines('polymarket/enrico-ws-frames')
  const frames = lines.map((line) => (JSON.parse(line) as { payload: string }).payload)
  return [
    reading('betfair', betfair, () => betfairLines(5_000), readBetfair),
    // Only six were recorded: said over and over, so that the markets are not made anew for each few.
    reading('polymarket-clob', Array.from({ length: 200 }, () => frames).flat(), () => clobFrames(1_000), readClob),
  ]
}

const reading = (feed: string, recorded: string[], invent: () => string[], read: Reading['read']): Reading => ({
  feed,
  what: 'one change at a time',
  unit: 'messages',
  recorded: recorded.length > 0,
  texts: (recorded.length > 0 ? recorded : invent()).map(inOnePiece),
  read,
})

/** As lines and frames are when they come over a socket, and not as parts of a file. */
const inOnePiece = (text: string) => Buffer.from(text).toString()

async function recordedLines(part: string): Promise<string[]> {
  const folder = path.join(recordingsFolder(process.env), part)
  const files = (await readdir(folder).catch(() => [])).filter((file) => /\.jsonl(\.gz)?$/.test(file))
  const texts = await Promise.all(files.map((file) => readBody({ file: path.join(folder, file) })))
  return texts.flatMap((text) => text.toString().split('\n')).filter((line) => line.trim() !== '')
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

function readClob(frames: readonly string[]): number {
  const markets = new ClobMarkets(tokensIn(frames))
  const applied: ClobApplied = { snapshots: [], rejected: [] }
  for (const frame of frames) {
    const events = parseFrame(frame)
    if (!events.ok) throw new Error(`polymarket-clob could not read ${frame.slice(0, 300)}: ${events.reason}`)
    for (const event of events.value) markets.apply(event, observedAtMs, applied)
  }
  markets.showAll(observedAtMs, applied)
  if (applied.rejected.length > 0) throw new Error(`polymarket-clob could not read all: ${JSON.stringify(applied.rejected)}`)
  return applied.snapshots.length
}

/** Of the first frames; a feed knows its tokens before it reads any. */
const tokensIn = (frames: readonly string[]) =>
  frames.slice(0, 10).flatMap((frame) => [...frame.matchAll(/"asset_id": ?"(\d+)"/g)].map((match) => match[1] ?? ''))
