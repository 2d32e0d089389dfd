import { readFileSync } from 'node:fs'
import path from 'node:path'

import { Markets, nothingApplied } from '../../functions/collect/betfair/markets.ts'
import { parseMessage } from '../../functions/collect/betfair/raw.ts'
import type { MarketId } from '../../functions/book/ids.ts'
import type { JsonValue } from './fuzz.ts'

type Json = { [name: string]: JsonValue }
export type BetfairMessage = Json & { pt: number; mc?: (Json & { id: string; marketDefinition?: Json })[] }

/** Invented: a race and a vote; the race loses a runner, turns in play and is won. */
export const betfairFixture = path.resolve(import.meta.dirname, '../fixtures/betfair/stream.jsonl')
export const betfairMessages = (): BetfairMessage[] =>
  readFileSync(betfairFixture, 'utf8')
    .trimEnd()
    .split('\r\n')
    .map((line) => JSON.parse(line) as BetfairMessage)

export const observedAtMs = Date.UTC(2026, 4, 2, 15)

/** What these messages make of markets of which nothing was known. `wholes`: what was listed, each time that everything was. */
export function applied(messages: readonly JsonValue[], markets = new Markets(() => undefined), atMs = observedAtMs) {
  const into = nothingApplied()
  const wholes: (readonly MarketId[])[] = []
  for (const message of messages) {
    const parsed = parseMessage(JSON.stringify(message))
    if (!parsed.ok) {
      markets.missed()
      continue
    }
    const whole = markets.apply(parsed.value, atMs, into)
    if (whole !== null) wholes.push(whole)
  }
  return { ...into, wholes, markets }
}
