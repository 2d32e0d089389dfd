import { describe, expect, it } from 'vitest'

import type { Tick } from '../../functions/book/tick.ts'
import { readSport } from '../../functions/collect/odds-api/read.ts'
import { countOdds, quotesOf } from '../support/count-odds-api.ts'
import {
  answered,
  type Event,
  openOddsApi,
  type Recorded,
  type RecordedSet,
  recordedDecimalOdds,
  recordedOdds,
  sportOf,
} from '../support/odds-api.ts'
import { recordingsFolder } from '../support/recordings.ts'
import { through } from '../support/through.ts'

/** All bodies of a recorded set, polled in order at the times when they were fetched. */
async function played(set: RecordedSet) {
  const bodies = recordedOdds(set)
  let next = 0
  const feed = openOddsApi({ SPORTS: sportOf[set], ODDS_FORMAT: 'american' }, async () =>
    answered(JSON.parse(bodies[next++]?.text ?? '')),
  )
  const run = through(feed)
  for (const { fetchedAtMs } of bodies) await run.poll(fetchedAtMs)
  return { bodies, ...run }
}
const playing = new Map<RecordedSet, ReturnType<typeof played>>()
function play(set: RecordedSet): ReturnType<typeof played> {
  const before = playing.get(set) ?? played(set)
  playing.set(set, before)
  return before
}

function* texts(bodies: readonly Recorded[]) {
  for (const body of bodies) yield body.text
}

describe.skipIf(recordingsFolder() === undefined)('recorded bodies of The Odds API', () => {
  it.each([
    ['mlb' as const, 186, { opening: 660, changed: 12_505, appeared: 704, vanished: 390 }],
    ['nfl' as const, 48, { opening: 1_512, changed: 8_365, appeared: 1_070, vanished: 1_606 }],
  ])('of %s, %i of them, give the ticks that an independent count finds', async (set, length, expected) => {
    const run = await play(set)
    const { bodies, reports, letters, ticks, books } = run
    expect(bodies).toHaveLength(length)
    expect(reports.filter(({ kind }) => kind !== 'complete')).toEqual([])
    expect(letters).toEqual([])

    const counted = countOdds(texts(bodies))
    expect(counted).toMatchObject(expected)
    const opening = ticks.filter(({ observedAtMs }) => observedAtMs === bodies[0]?.fetchedAtMs).length
    expect({
      opening,
      changed: run.count('moved', 'line-moved'),
      appeared: run.count('opened', 'returned') - opening,
      vanished: run.count('removed'),
      rescheduled: run.count('rescheduled'),
    }).toEqual(counted)
    expect(ticks).toHaveLength(Object.values(counted).reduce((sum, n) => sum + n))
    // I1
    for (const { marketId, seq } of books.values())
      expect(ticks.filter((tick) => tick.marketId === marketId).map((tick) => tick.seq)).toEqual(
        Array.from({ length: seq }, (_, i) => i + 1),
      )
  })

  it('end as books that hold exactly what the last body holds', async () => {
    for (const set of ['mlb', 'nfl'] as const) {
      const { bodies, books } = await play(set)
      const open = new Map<string, string>()
      for (const { marketId, selections } of books.values()) {
        const [, , event, market] = marketId.split(':')
        for (const { id, quotes } of selections) {
          for (const { bookmaker, back, point, status } of quotes)
            if (status === 'open') open.set(`${event} ${market} ${bookmaker} ${id.slice('odds-api:'.length)}`, `${back} ${point}`)
        }
      }
      expect(open).toEqual(quotesOf(JSON.parse(bodies.at(-1)?.text ?? '') as Event[]))
    }
  })

  it('in decimal odds are read whole', () => {
    const bodies = recordedDecimalOdds()
    expect(bodies).toHaveLength(5)
    for (const body of bodies) {
      const asked = { sport: body[0]?.sport_key ?? '', format: 'decimal' as const, observedAtMs: Date.UTC(2023, 11, 11) }
      const reading = readSport(body, asked)
      if (reading.kind !== 'listed') throw new Error(reading.reason)
      expect(reading).toMatchObject({ rejected: [], unsure: [] })
      const quotes = reading.snapshots.flatMap(({ selections }) => selections.flatMap(({ quotes }) => quotes))
      expect(quotes).toHaveLength(quotesOf(body).size)
    }
  })

  it('are stamped by the bookmakers less than twenty minutes before they were fetched', async () => {
    const { messages } = await play('mlb')
    const lags = messages.flatMap((message) =>
      message.kind === 'market'
        ? message.selections.flatMap(({ quotes }) =>
            quotes.map(({ publishedAtMs }) => message.observedAtMs - (publishedAtMs ?? Number.NaN)),
          )
        : [],
    )
    expect(lags.filter((lag) => !(lag > -60_000 && lag < 20 * 60_000))).toEqual([])
  })
})

/** Two bodies in a row, and when the second was fetched. */
type Step = { before: Event[]; after: Event[]; atMs: number }

/** The first thing that `find` finds in the raw bodies, and the ticks of its instant. */
async function first<Found>(set: RecordedSet, find: (step: Step) => Iterable<Found>) {
  const run = await play(set)
  let before: Event[] | undefined
  for (const { text, fetchedAtMs } of run.bodies) {
    const after = JSON.parse(text) as Event[]
    if (before !== undefined) {
      for (const found of find({ before, after, atMs: fetchedAtMs })) {
        const came = run.ticks.filter(({ observedAtMs }) => observedAtMs === fetchedAtMs)
        return { ...run, found, atMs: fetchedAtMs, came }
      }
    }
    before = after
  }
  throw new Error('nothing of the kind was recorded')
}

const marketIdOf = (set: RecordedSet, event: string, market: string) => `odds-api:${sportOf[set]}:${event}:${market}`
const eventIn = (events: readonly Event[], id: string) => events.find((event) => event.id === id)
function bookmakersOf(event: Event | undefined, market: string): Set<string> {
  const quoting = event?.bookmakers.filter(({ markets }) => markets.some(({ key }) => key === market)) ?? []
  return new Set(quoting.map(({ key }) => key))
}
const short = ({ kind, selectionName, back, point, status }: Tick) => ({ kind, selectionName, back, point, status })

describe.skipIf(recordingsFolder() === undefined)('in the recorded life of a market of The Odds API', () => {
  it('a bookmaker that drops out of it is removed, and the others stay', async () => {
    const { found, came } = await first('mlb', function* ({ before, after }) {
      for (const event of before) {
        for (const market of ['h2h', 'spreads', 'totals']) {
          const was = bookmakersOf(event, market)
          const is = bookmakersOf(eventIn(after, event.id), market)
          const missing = [...was].filter((bookmaker) => !is.has(bookmaker))
          if (missing.length === 1 && is.size > 1) yield { event, market, bookmaker: missing[0] ?? '', others: is }
        }
      }
    })
    const ofMarket = came.filter(({ marketId }) => marketId === marketIdOf('mlb', found.event.id, found.market))
    const gone = ofMarket.filter(({ bookmaker }) => bookmaker === found.bookmaker)
    expect(gone.map(({ kind, status, back, marketStatus }) => ({ kind, status, back, marketStatus }))).toEqual(
      Array.from({ length: 2 }, () => ({ kind: 'removed', status: 'removed', back: null, marketStatus: 'open' })),
    )
    expect(ofMarket.filter(({ kind }) => kind === 'removed')).toEqual(gone)
  })

  it('a quote whose line moves keeps its place, with the new line and price', async () => {
    const { found, came } = await first('mlb', function* ({ before, after }) {
      const was = quotesOf(before)
      for (const [key, value] of quotesOf(after)) {
        const [price, point] = value.split(' ')
        const old = was.get(key)?.split(' ')
        if (old !== undefined && old[1] !== point) yield { key, price: Number(price), point: Number(point) }
      }
    })
    expect(came.filter((tick) => found.key === keyOf(tick)).map(short)).toMatchObject([
      { kind: 'line-moved', back: found.price, point: found.point, status: 'open' },
    ])
  })

  it('a quote that is back after it was gone has returned', async () => {
    const ever = new Set<string>()
    const { found, came, ticks, atMs } = await first('mlb', function* ({ before, after }) {
      const was = quotesOf(before)
      for (const key of was.keys()) ever.add(key)
      for (const [key, value] of quotesOf(after)) {
        if (!was.has(key) && ever.has(key)) yield { key, price: Number(value.split(' ')[0]) }
      }
    })
    expect(came.filter((tick) => found.key === keyOf(tick)).map(short)).toMatchObject([
      { kind: 'returned', back: found.price, status: 'open' },
    ])
    const before = ticks.findLast((tick) => found.key === keyOf(tick) && tick.observedAtMs < atMs)
    expect(before?.kind).toBe('removed')
  })

  it('a start that moves is told once by each market of the fixture', async () => {
    const { found, came } = await first('mlb', function* ({ before, after }) {
      for (const event of after) {
        const was = eventIn(before, event.id)
        if (was !== undefined && was.commence_time !== event.commence_time) yield { was, event }
      }
    })
    const told = came.filter(({ kind, marketId }) => kind === 'rescheduled' && marketId.includes(found.event.id))
    const markets = new Set(found.event.bookmakers.flatMap(({ markets }) => markets.map(({ key }) => key)))
    expect(told.map(({ marketId }) => marketId).sort()).toEqual(
      [...markets].map((key) => marketIdOf('mlb', found.event.id, key)).sort(),
    )
    for (const { startsAtMs } of told) expect(startsAtMs).toBe(Date.parse(found.event.commence_time))
  })

  it('a fixture that is delisted has its markets closed, each quote with a tombstone', async () => {
    const { found, came } = await first('mlb', function* ({ before, after }) {
      for (const event of before) if (eventIn(after, event.id) === undefined) yield event
    })
    const gone = came.filter(({ marketId }) => marketId.includes(found.id))
    expect(gone).toHaveLength(quotesOf([found]).size)
    for (const tick of gone)
      expect(tick).toMatchObject({ kind: 'removed', status: 'removed', back: null, marketStatus: 'closed' })
  })

  it('a fixture that is relisted goes on where its books stopped', async () => {
    const seen = new Set<string>()
    const { found, came, ticks, atMs } = await first('nfl', function* ({ before, after }) {
      for (const event of after) if (eventIn(before, event.id) === undefined && seen.has(event.id)) yield event
      for (const event of before) seen.add(event.id)
    })
    const back = came.filter(({ marketId }) => marketId.includes(found.id))
    expect(back.map(keyOf).sort()).toEqual([...quotesOf([found]).keys()].sort())
    for (const tick of back) {
      const before = ticks.findLast((other) => keyOf(other) === keyOf(tick) && other.observedAtMs < atMs)
      expect(tick.kind).toBe(before === undefined ? 'opened' : 'returned')
      expect(before?.kind ?? 'removed').toBe('removed')
      expect(tick.marketStatus).toBe('open')
    }
    expect(back.map(({ kind }) => kind)).toContain('returned')
  })
})

/** As `quotesOf` names it. */
function keyOf({ marketId, bookmaker, selectionId }: Tick & { marketId: string }): string {
  const [, , event, market] = marketId.split(':')
  return `${event} ${market} ${bookmaker} ${selectionId.slice('odds-api:'.length)}`
}
