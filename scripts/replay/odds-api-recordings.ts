import { readdir } from 'node:fs/promises'
import path from 'node:path'

import { type Body, listBodies, readJson } from './bodies.ts'

/** One question that was asked again and again, and its answers in the order of their times. */
export type Series = { sport: string; format: OddsFormat; bodies: Dated[] }
export type OddsFormat = 'american' | 'decimal'
type Dated = Body & { recordedAtMs: number }

/** As far as it must be known here. */
export type Event = { sport_key: string; bookmakers: Bookmaker[] }
type Bookmaker = { key: string; last_update: string; markets: { key: string; outcomes: { price: number }[] }[] }

/** What the folders in `folder` hold: odds, and perhaps the list of sports. A body does not name its question, but shows it. */
export async function oddsRecordings(folder: string): Promise<{ series: Series[]; sports: Body | undefined }> {
  const all: Series[] = []
  let sports: Body | undefined
  for (const entry of await readdir(folder).catch(() => [])) {
    const bodies = await listBodies(path.join(folder, entry))
    // Those that are named by their times are answers of one question; any others are each their own.
    const isSeries = bodies.length > 1 && bodies.every(({ recordedAtMs }) => recordedAtMs !== null)
    for (const together of isSeries ? [bodies] : bodies.map((body) => [body])) {
      const [first] = together
      const contents = first === undefined ? [] : await readJson(first)
      if (isSportsList(contents)) sports ??= first
      const shown = seriesOf(contents, together)
      const known = all.find(({ sport, format }) => sport === shown?.sport && format === shown.format)
      if (known !== undefined) known.bodies.push(...(shown?.bodies ?? []))
      else if (shown !== undefined) all.push(shown)
    }
  }
  for (const { bodies } of all) bodies.sort((a, b) => a.recordedAtMs - b.recordedAtMs)
  return { series: all.sort((a, b) => (a.sport < b.sport ? -1 : 1)), sports }
}

const isSportsList = (contents: unknown) => Array.isArray(contents) && contents.some((sport: object) => 'has_outrights' in sport)

function seriesOf(contents: unknown, bodies: readonly Body[]): Series | undefined {
  const events = Array.isArray(contents) ? (contents as Event[]).filter((event) => 'bookmakers' in event) : []
  const bookmakers = events.flatMap((event) => event.bookmakers)
  const prices = bookmakers.flatMap(({ markets }) => markets.flatMap(({ outcomes }) => outcomes.map(({ price }) => price)))
  const [first] = events
  if (first === undefined || prices.length === 0) return undefined
  const isAmerican = prices.every((price) => Number.isInteger(price) && Math.abs(price) >= 100)
  const latestMs = Math.max(...bookmakers.map(({ last_update }) => Date.parse(last_update)))
  const dated = bodies.map((body) => ({ ...body, recordedAtMs: body.recordedAtMs ?? latestMs }))
  return { sport: first.sport_key, format: isAmerican ? 'american' : 'decimal', bodies: dated }
}
