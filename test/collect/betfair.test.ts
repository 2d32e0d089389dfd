import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { snapshotQuote, type Snapshot } from '../../functions/book/market.ts'
import { bookmakerOf } from '../../functions/book/ids.ts'
import type { SnapshotMessage } from '../../functions/book/wire.ts'
import { parseMessage } from '../../functions/collect/betfair/raw.ts'
import { applied, type BetfairMessage, betfairMessages, observedAtMs } from '../support/betfair.ts'
import { type JsonValue, spoilt } from '../support/fuzz.ts'
import { dedupedBooks } from '../support/through.ts'

const [image, delta, heartbeat, conflated, , , suspended, inPlay, closed] = betfairMessages() as [
  BetfairMessage,
  ...BetfairMessage[],
]
const race = 'betfair:1.9001'
const vote = 'betfair:1.9002'

/** `502: 1.9/1.95 last 1.92`, a runner a line. */
const shown = (snapshot: Snapshot | undefined) =>
  snapshot?.selections.map(({ id, quotes: [quote] }) => {
    const { back, lay, last, status, outcome } = quote ?? {}
    const end = outcome === null ? '' : ` ${outcome}`
    return `${id.slice('betfair:'.length)}: ${back ?? '–'}/${lay ?? '–'} last ${last ?? '–'} ${status}${end}`
  })
const lastOf = (snapshots: readonly Snapshot[], marketId: string) => snapshots.findLast((one) => one.marketId === marketId)
/** A message with other changes, 100 ms later. */
const saying = (...mc: JsonValue[]): JsonValue => ({ op: 'mcm', id: 2, clk: 'A', pt: image.pt + 100, mc })
const definition = (change: { [name: string]: JsonValue }): JsonValue => ({
  id: '1.9001',
  marketDefinition: { ...image.mc?.[0]?.marketDefinition, ...change },
})
const runners = (...all: [id: number, status: string, hc?: number][]) =>
  all.map(([id, status, hc]) => ({ id, status, sortPriority: 1, ...(hc === undefined ? {} : { hc }) }))

describe('Betfair’s messages', () => {
  it('begin with an image, of which everything is told: best prices, last price, and what is what', () => {
    const { snapshots, wholes, rejected } = applied([image])
    expect(rejected).toEqual([])
    expect(wholes).toEqual([[race, vote]])
    expect(snapshots.map(shown)).toEqual([
      ['502: 1.9/1.95 last – open', '501: 4.1/4.3 last 4.2 open', '503: 9/– last – open'],
      ['601: 1.5/1.6 last 1.55 open', '602: 2.5/– last – open'],
    ])
    expect(snapshots[0]).toMatchObject({
      marketId: race,
      feed: 'betfair',
      topic: 'sports',
      asOfMs: image.pt,
      publishedAtMs: image.pt,
      observedAtMs,
      complete: true,
      priceFormat: 'decimal',
      market: {
        name: 'Harrowmere: win, 2026-05-02 14:30 UTC',
        status: 'open',
        inPlay: false,
        fixture: { id: 'betfair:77001', name: 'Harrowmere', startsAtMs: Date.UTC(2026, 4, 2, 14, 30) },
      },
    })
    expect(snapshots[1]).toMatchObject({
      topic: 'politics',
      market: { name: 'Port Ellery council: Most Seats' },
      selections: [{ name: 'Port Ellery Alliance' }, { name: 'Harbour Union' }],
    })
  })

  it('go on with differences: what is told next is the whole market, and only where a value changed', () => {
    const { snapshots } = applied([image, delta ?? image])
    expect(snapshots.slice(2).map(shown)).toEqual([
      ['502: 1.9/1.95 last 1.92 open', '501: 4.2/4.3 last 4.2 open', '503: 9/– last – open'],
      ['601: 1.52/1.6 last 1.55 open', '602: 2.5/– last – open'],
    ])
    const quiet = saying({ id: '1.9001', tv: 200, rc: [{ id: 501, tv: 61, trd: [[4.2, 9]], bdatb: [[0, 4.1, 99]] }] })
    expect(applied([image, quiet]).snapshots).toHaveLength(2)
  })

  it('take an offer away with a size of 0, and may conflate that with the next', () => {
    const { snapshots, conflated: count } = applied([image, conflated ?? image])
    expect(shown(snapshots[2])?.[0]).toBe('502: 1.9/1.94 last – open')
    expect(count).toBe(1)
    const gone = saying({ id: '1.9001', rc: [{ id: 502, bdatb: [[0, 0, 0]], bdatl: [[0, 1.95, 0]] }] })
    expect(shown(applied([image, gone]).snapshots[2])?.[0]).toBe('502: –/– last – open')
  })

  it('say nothing of any market in a heartbeat', () => {
    const { snapshots, wholes } = applied([image, heartbeat ?? image])
    expect(snapshots).toHaveLength(2)
    expect(wholes).toHaveLength(1)
  })

  it('tell every offer by its price, or the best by level; where both, those by price count', () => {
    const offers = (...rc: JsonValue[]) => shown(applied([image, saying({ id: '1.9001', rc })]).snapshots[2])?.[1]
    expect(
      offers({
        id: 501,
        atb: [
          [4.0, 1],
          [4.4, 2],
          [3, 9],
        ],
        atl: [
          [4.9, 1],
          [4.7, 1],
        ],
      }),
    ).toContain('4.4/4.7')
    expect(
      offers(
        {
          id: 501,
          atb: [
            [4.4, 2],
            [4, 1],
          ],
        },
        { id: 501, atb: [[4.4, 0]] },
      ),
    ).toContain('4/4.3')
    expect(offers({ id: 501, atb: [[4.4, 2]] }, { id: 501, atb: [[4.4, 0]], bdatb: [[0, 4.3, 1]] })).toContain('–/4.3')
    expect(offers({ id: 501, batb: [[0, 8, 2]], bdatb: [[0, 4.15, 2]] })).toContain('4.15/4.3')
  })

  it('say 0 of a price at which nobody ever bet', () => {
    const never = saying({ id: '1.9001', rc: [{ id: 501, ltp: 0 }] })
    expect(shown(applied([image, never]).snapshots[2])?.[1]).toBe('501: 4.1/4.3 last – open')
  })

  it('begin anew with an image, of one market or of all: what was known before is void', () => {
    const one = saying({ ...image.mc?.[0], rc: [{ id: 501, bdatb: [[0, 5, 1]] }] })
    expect(shown(applied([image, one]).snapshots[2])).toEqual([
      '502: –/– last – open',
      '501: 5/– last – open',
      '503: –/– last – open',
    ])
    const again = { ...image, mc: image.mc?.slice(1) } as JsonValue
    const { wholes, markets } = applied([image, again])
    expect(wholes.at(-1)).toEqual([vote])
    expect(markets.has('1.9001')).toBe(false)
  })

  it('may send an image in several pieces, and everything is told only with the last', () => {
    const piece = (segmentType: string, ...mc: JsonValue[]): JsonValue => ({ ...image, segmentType, mc })
    const [first = null, second = null] = (image.mc ?? []) as JsonValue[]
    expect(applied([piece('SEG_START', first), piece('SEG', second)]).wholes).toEqual([])
    expect(applied([piece('SEG_START', first), piece('SEG', second), piece('SEG_END')]).wholes).toEqual([[race, vote]])
  })

  it('go on after a gap with what changed in it, and then everything is told too', () => {
    const resumed = { ...(delta as object), ct: 'RESUB_DELTA' } as JsonValue
    const { wholes, snapshots } = applied([image, resumed])
    expect(wholes).toEqual([
      [race, vote],
      [race, vote],
    ])
    expect(snapshots).toHaveLength(4)
  })

  it('may tell of a market twice in one image, of which the newer version lives', () => {
    const old = { ...image.mc?.[0], marketDefinition: { ...image.mc?.[0]?.marketDefinition, version: 1, status: 'SUSPENDED' } }
    for (const mc of [
      [image.mc?.[0], old],
      [old, image.mc?.[0]],
    ] as JsonValue[][]) {
      expect(lastOf(applied([{ ...image, mc }]).snapshots, race)?.market.status).toBe('open')
    }
  })
})

describe('the life of a market of Betfair’s', () => {
  it('is told tick by tick: suspended, a runner removed, in play, won', () => {
    const { snapshots } = applied(betfairMessages())
    const deduped = dedupedBooks()
    deduped.take(snapshots.map((snapshot): SnapshotMessage => ({ v: 1, kind: 'market', unchangedUntilMs: null, ...snapshot })))
    const ticks = deduped.ticks.filter(({ marketId }) => marketId === race)
    expect(
      ticks.slice(6).map(({ kind, selectionId, marketStatus }) => `${kind} ${selectionId.slice(8)} ${marketStatus}`),
    ).toEqual([
      'suspended 502 suspended',
      'suspended 501 suspended',
      'removed 503 suspended',
      'in-play 502 open',
      'resumed 502 open',
      'resumed 501 open',
      'settled 502 settled',
      'settled 501 settled',
    ])
    expect(ticks.slice(-2).map(({ outcome }) => outcome)).toEqual(['won', 'lost'])
  })

  it('is suspended before it opens, and closed until there is a result', () => {
    const status = (change: { [name: string]: JsonValue }) =>
      applied([image, saying(definition(change))]).snapshots[2]?.market.status
    expect(status({ status: 'INACTIVE' })).toBe('suspended')
    expect(status({ status: 'SUSPENDED' })).toBe('suspended')
    expect(status({ status: 'CLOSED' })).toBe('closed')
  })

  it('ends with winners and placed ones won, and with all stakes given back where it is void', () => {
    const ended = (...all: [number, string][]) =>
      applied([
        image,
        saying(definition({ status: 'CLOSED', settledTime: '2026-05-02T14:41:00.000Z', runners: runners(...all) })),
      ]).snapshots[2]?.selections.map(({ quotes: [quote] }) => `${quote?.status} ${quote?.outcome}`)
    expect(ended([501, 'WINNER'], [502, 'PLACED'], [503, 'LOSER'], [504, 'REMOVED'])).toEqual([
      'settled won',
      'settled won',
      'settled lost',
      'removed null',
    ])
    expect(ended([501, 'ACTIVE'], [502, 'REMOVED'])).toEqual(['settled void', 'settled void'])
  })

  it('may be settled a second time', () => {
    const again = saying(definition({ status: 'CLOSED', runners: runners([501, 'WINNER'], [502, 'LOSER']) }))
    const { snapshots } = applied([image, suspended ?? image, inPlay ?? image, closed ?? image, again])
    expect(shown(snapshots.at(-1))?.map((line) => line.split(' ').at(-1))).toEqual(['won', 'lost'])
  })

  it('has a selection for each handicap of a runner, with the handicap as its point', () => {
    const all = runners([501, 'ACTIVE', -1.5], [501, 'ACTIVE', 0], [502, 'ACTIVE', 1.5])
    const changes = [
      { id: 501, hc: -1.5, bdatb: [[0, 2.2, 1]] },
      { id: 501, bdatb: [[0, 1.8, 1]] },
    ]
    const asian = { ...(definition({ bettingType: 'ASIAN_HANDICAP_DOUBLE_LINE', runners: all }) as object), rc: changes }
    const { snapshots } = applied([{ ...image, mc: [{ ...asian, img: true }] }])
    expect(snapshots[0]?.selections.map(({ id, quotes: [quote] }) => [id, quote?.point, quote?.back])).toEqual([
      ['betfair:501/-1.5', -1.5, 2.2],
      ['betfair:501', 0, 1.8],
      ['betfair:502/1.5', 1.5, null],
    ])
    const quote = snapshotQuote(bookmakerOf('betfair'), { back: 2.2, point: -1.5 })
    expect(snapshots[0]?.selections[0]?.quotes).toEqual([quote])
  })
})

describe('a message of Betfair’s that cannot be read', () => {
  const badDelta = saying(
    { id: '1.9001', rc: [{ id: 501, bdatb: [[0, 'NaN', 1]] }] },
    { id: '1.9002', rc: [{ id: 601, bdatb: [[0, 1.51, 1]] }] },
  )

  it('costs its market, of which nothing more is told until it comes whole again; and nobody else', () => {
    const { snapshots, rejected, markets } = applied([image, badDelta, delta ?? image])
    expect(rejected).toEqual([
      {
        marketId: race,
        reason: 'rc.0.bdatb: not a list of levels, prices and sizes',
        body: JSON.stringify({ id: '1.9001', rc: [{ id: 501, bdatb: [[0, 'NaN', 1]] }] }),
      },
    ])
    expect(snapshots.slice(2).map(({ marketId }) => marketId)).toEqual([vote, vote])
    expect(markets.needsImage).toBe(true)
    const { snapshots: later } = applied([image], markets)
    expect(later.map(({ marketId }) => marketId)).toEqual([race, vote])
    expect(markets.needsImage).toBe(false)
  })

  it('is there all the same, so that it is not taken for gone; without an id, nothing is (I10)', () => {
    const withoutPrice = { ...image, mc: [{ ...image.mc?.[0], rc: 7 }, image.mc?.[1]] } as JsonValue
    expect(applied([withoutPrice]).wholes).toEqual([[race, vote]])
    const withoutId = { ...image, mc: [{ ...image.mc?.[0], id: 9001 }, image.mc?.[1]] } as JsonValue
    expect(applied([withoutId])).toMatchObject({ wholes: [], rejected: [{ marketId: null }] })
  })

  it('may be about a market that never came whole; one that ended an hour ago and more is none of those', () => {
    const stray = saying({ id: '1.7', rc: [{ id: 501, ltp: 2 }] })
    const { markets } = applied([image, closed ?? image])
    const next = { ...image.mc?.[0], id: '1.9003' } as JsonValue
    const later = applied([saying(next), saying({ id: '1.9001', rc: [{ id: 501, ltp: 2 }] })], markets, observedAtMs + 3_600_000)
    expect(markets.has('1.9001')).toBe(false)
    expect(later).toMatchObject({ rejected: [], snapshots: [{ marketId: 'betfair:1.9003' }] })
    expect(applied([image, stray]).rejected).toMatchObject([
      { marketId: 'betfair:1.7', reason: 'changes without an image before them' },
    ])
  })

  it('never throws, costs no other market, and lets through nothing that dedupe would refuse', () => {
    const messages = betfairMessages() as JsonValue[]
    const whole = applied(messages)
    const spoilts = fc
      .nat(messages.length - 1)
      .chain((place) => spoilt(messages[place] ?? null).map((one) => ({ place, ...one })))
    fc.assert(
      fc.property(spoilts, ({ place, at, body }) => {
        const { snapshots } = applied(messages.map((message, i) => (i === place ? body : message)))
        const deduped = dedupedBooks()
        deduped.take(
          snapshots.map((snapshot): SnapshotMessage => ({ v: 1, kind: 'market', unchangedUntilMs: null, ...snapshot })),
        )
        if (at[0] !== 'mc' || typeof at[1] !== 'number') return
        const touched = (messages[place] as BetfairMessage).mc?.[at[1]]?.id
        const other = touched === '1.9001' ? vote : race
        expect(shown(lastOf(snapshots, other))).toEqual(shown(lastOf(whole.snapshots, other)))
      }),
      { numRuns: 1_500 },
    )
  })

  it('may be no JSON, or none that is a message', () => {
    for (const line of ['', '{', 'null', '[]', '7', '{"op":7}', '{"op":"mcm","mc":{}}']) expect(parseMessage(line).ok).toBe(false)
  })
})
