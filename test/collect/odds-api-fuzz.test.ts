import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { parseSnapshotMessage } from '../../functions/book/wire.ts'
import type { OddsFormat } from '../../functions/collect/odds-api/raw.ts'
import { type Listing, readSport } from '../../functions/collect/odds-api/read.ts'
import { type Spoilt, spoilt, type Spot } from '../support/fuzz.ts'
import { type Event, oddsApiBody, recordedOdds } from '../support/odds-api.ts'
import { recordingsFolder } from '../support/recordings.ts'

const observedAtMs = Date.UTC(2031, 6, 11, 17, 14, 3)

function read(body: unknown, whole: readonly Event[], format: OddsFormat): Listing {
  const reading = readSport(body, { sport: whole[0]?.sport_key ?? '', format, observedAtMs })
  if (reading.kind !== 'listed') throw new Error(reading.reason)
  return reading
}

/** A counterexample is told by its spot: the whole body would fill the screen. */
const spots = (body: Event[], within?: (at: Spot) => boolean) =>
  spoilt(body, within).map((spoil) => ({ ...spoil, [fc.toStringMethod]: () => `${spoil.at.join('.')} ${spoil.how}` }))

const marketsOf = ({ snapshots }: Listing) => new Map(snapshots.map((snapshot) => [snapshot.marketId as string, snapshot]))

/** Where in a body a spot is: each level as far as it goes that deep. */
function placeOf(whole: readonly Event[], at: Spot) {
  const [e = 0, , b = 0, , m = 0] = at as number[]
  const event = whole[e]
  const key = event?.bookmakers[b]?.markets[m]?.key ?? ''
  return { event: `${event?.sport_key}:${event?.id}:`, market: `${event?.sport_key}:${event?.id}:${key.replace(/_lay$/, '')}` }
}

/** What is not there any more, or is there under another name: that is no malformed body, and may be a tombstone. */
function isOtherwiseSound({ at, how }: Spoilt): boolean {
  const last = at.at(-1)
  if (how === 'missing' || how === 'renamed') return typeof last === 'number'
  if (how === 'an empty list') return last === 'bookmakers' || last === 'markets' || last === 'outcomes'
  return last === 'id' || last === 'key'
}

function expectOnlyThatSpotLost(whole: readonly Event[], format: OddsFormat, spoil: Spoilt): void {
  const before = marketsOf(read(whole, whole, format))
  const reading = read(spoil.body, whole, format)
  const after = marketsOf(reading)
  const { event, market } = placeOf(whole, spoil.at)
  for (const message of reading.snapshots) {
    const sent = JSON.parse(JSON.stringify({ v: 1, kind: 'market', ...message })) as unknown
    expect(parseSnapshotMessage(sent, observedAtMs)).toMatchObject({ ok: true })
  }
  const covered = [...reading.rejected.flatMap(({ marketId }) => marketId ?? []), ...reading.unsure]
  const insideMarket = spoil.at.length > 5 && spoil.at[5] !== 'key'
  for (const [marketId, snapshot] of before) {
    const now = after.get(marketId)
    const isTouched = insideMarket ? marketId === `odds-api:${market}` : marketId.startsWith(`odds-api:${event}`)
    if (!isTouched) expect(now).toEqual(snapshot)
    else if (now === undefined && !isOtherwiseSound(spoil)) expect(covered.some((start) => marketId.startsWith(start))).toBe(true)
    // A quote may only be missing from a market that says that something may be missing.
    else if (now?.complete === true && !insideMarket && !isOtherwiseSound(spoil))
      expect(now.selections.map(({ quotes }) => quotes.length)).toEqual(snapshot.selections.map(({ quotes }) => quotes.length))
  }
}

const invented = [
  { name: 'american', format: 'american' },
  { name: 'decimal', format: 'decimal' },
  { name: 'politics', format: 'decimal' },
] as const

describe('a body of The Odds API with one spot spoilt', () => {
  it.each(invented)('costs the market that the spot is in, and no other: $name', ({ name, format }) => {
    const body = oddsApiBody(name)
    fc.assert(
      fc.property(spots(body), (spoil) => expectOnlyThatSpotLost(body, format, spoil)),
      { numRuns: 1_500 },
    )
  })

  it.skipIf(recordingsFolder() === undefined)('costs the market that the spot is in, and no other: a recorded one', () => {
    const body = JSON.parse(recordedOdds('mlb')[60]?.text ?? '') as Event[]
    fc.assert(
      fc.property(spots(body), (spoil) => expectOnlyThatSpotLost(body, 'american', spoil)),
      { numRuns: 150 },
    )
  })

  it('survives every price that American odds can have', () => {
    const prices = spots(oddsApiBody('american'), (at) => at.at(-1) === 'price')
    fc.assert(
      fc.property(prices, ({ body, how }) => {
        const { rejected } = read(body, oddsApiBody('american'), 'american')
        expect(rejected).toHaveLength(how === 'a negative' || how === 'a huge number' ? 0 : 1)
      }),
    )
  })
})
