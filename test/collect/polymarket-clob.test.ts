import { readFileSync } from 'node:fs'
import path from 'node:path'

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { Snapshot } from '../../functions/book/market.ts'
import type { SnapshotMessage } from '../../functions/book/wire.ts'
import { parseFrame } from '../../functions/collect/polymarket-clob/raw.ts'
import { applied, clobFrames, listedMarkets, observedAtMs } from '../support/clob.ts'
import { type JsonValue, spoilt } from '../support/fuzz.ts'
import { recordingsFolder } from '../support/recordings.ts'
import { dedupedBooks } from '../support/through.ts'

const frames = clobFrames()
const crane = 'polymarket-clob:0xd23f0824128b2f330c5c7fd0a6a3a4506513270e269e0d37f2a74de452e6b438'
const foxes = 'polymarket-clob:0x9d1de2a05d158a2ff2ee4e4519f9919c895fd7b326b94c7f9118bb16000f49c8'
const startMs = 1_941_000_000_000

/** `Yes 0.63/0.6 last 0.61`: what buying costs, what selling brings. */
const shown = (snapshot: Snapshot | undefined) =>
  snapshot?.selections.map(({ name, quotes: [quote] }) => {
    const { back, lay, last, outcome } = quote ?? {}
    return `${name} ${back ?? '–'}/${lay ?? '–'} last ${last ?? '–'}${outcome === null ? '' : ` ${outcome}`}`
  })
const asMessages = (snapshots: readonly Snapshot[]) =>
  snapshots.map((snapshot): SnapshotMessage => ({ v: 1, kind: 'market', unchangedUntilMs: null, ...snapshot }))

describe('the market channel of Polymarket’s order book', () => {
  it('tells of a market when there is word of all its tokens, in the words of the listing', () => {
    const { snapshots } = applied(frames.slice(0, 1))
    expect(snapshots).toHaveLength(1)
    expect(shown(snapshots[0])).toEqual(['Yes 0.63/0.6 last 0.61', 'No 0.4/0.37 last –'])
    expect(snapshots[0]).toMatchObject({
      marketId: crane,
      feed: 'polymarket-clob',
      topic: 'politics',
      asOfMs: startMs,
      publishedAtMs: startMs,
      observedAtMs,
      complete: true,
      priceFormat: 'probability',
      market: { name: 'Will Nadia Crane be mayor of Port Ellery?', status: 'open', fixture: null },
    })
    expect(snapshots[0]?.selections[0]).toMatchObject({
      id: 'polymarket-clob:92619412772429712417141935739259324629214897688654342598685229736387129666882',
      quotes: [{ bookmaker: 'polymarket' }],
    })
  })

  it('is not waited for without end: what was told of some tokens is shown, too', () => {
    const { markets, snapshots } = applied(frames.slice(0, 2))
    expect(snapshots.map(({ marketId }) => marketId)).toEqual([crane])
    const late = { snapshots: [] as Snapshot[], rejected: [] }
    markets.showAll(observedAtMs, late)
    expect(shown(late.snapshots.find(({ marketId }) => marketId === foxes))?.[0]).toBe('Harbor Foxes 0.55/– last 0.5')
  })

  it('tells the best price on both sides with every change, and the end of the scale where nobody is there', () => {
    const { snapshots } = applied(frames.slice(0, 4))
    expect(snapshots.slice(1).map(shown)).toEqual([
      ['Yes 0.63/0.61 last 0.61', 'No 0.39/0.37 last –'],
      ['Yes –/0.61 last 0.61', 'No 0.39/0.37 last –'],
    ])
    expect(snapshots[1]).toMatchObject({ marketId: crane, publishedAtMs: startMs + 400 })
  })

  it('tells trades, and what the last one paid', () => {
    expect(shown(applied(frames.slice(0, 5)).snapshots.at(-1))?.[0]).toBe('Yes –/0.61 last 0.63')
  })

  it('says more than is of interest here', () => {
    const { snapshots, rejected } = applied([...frames.slice(0, 7), '{"event_type":"fireworks"}'])
    expect(snapshots).toHaveLength(applied(frames.slice(0, 5)).snapshots.length)
    expect(rejected).toEqual([])
  })

  it('tells how a market was resolved; prices after that are nobody’s', () => {
    const { snapshots } = applied(frames)
    const deduped = dedupedBooks()
    deduped.take(asMessages(snapshots))
    const book = [...deduped.books.values()].find(({ marketId }) => marketId === crane)
    expect(book?.status).toBe('settled')
    expect(shown(snapshots.at(-1))).toEqual(['Yes –/0.61 last 0.63 lost', 'No 0.39/0.37 last – won'])
    expect(deduped.ticks.map(({ kind }) => kind)).toEqual([
      'opened',
      'opened',
      'moved',
      'moved',
      'moved',
      'moved',
      'settled',
      'settled',
    ])
  })

  it('follows what the listing says of a market meanwhile', () => {
    const [first] = listedMarkets()
    const { markets } = applied(frames.slice(0, 1))
    const suspended = applied(frames.slice(0, 1), [{ ...first, acceptingOrders: false }])
    expect(suspended.snapshots[0]?.market.status).toBe('suspended')
    const ended = applied([], [{ ...first, closed: true, outcomePrices: '["1", "0"]', umaResolutionStatus: 'resolved' }])
    expect(ended.snapshots.map(shown)).toEqual([['Yes –/– last – won', 'No –/– last – lost']])
    markets.keepOnly([])
    expect(markets.ids).toEqual([])
  })

  it('may be asked for tokens alone: their markets are made of what is said, without a name', () => {
    const token = '92619412772429712417141935739259324629214897688654342598685229736387129666882'
    const { snapshots } = applied(frames.slice(0, 1), [], [token])
    expect(snapshots.at(-1)).toMatchObject({ marketId: crane, market: { name: 'Market 0xd23f…b438' } })
    expect(shown(snapshots.at(-1))).toEqual(['Token 926194…6882 0.63/0.6 last 0.61', 'Token 258215…2612 0.4/0.37 last –'])
    expect(applied(frames.slice(0, 1), [], ['7']).snapshots).toEqual([])
  })
})

describe('a frame of Polymarket’s channel that cannot be read', () => {
  it('costs its market one word, and the next one counts', () => {
    const bad = { ...(JSON.parse(frames[2] ?? '') as object), price_changes: [{ asset_id: '7', best_bid: 'NaN', best_ask: '1' }] }
    const { rejected, snapshots } = applied([frames[0] ?? '', JSON.stringify(bad), frames[2] ?? ''])
    expect(rejected).toMatchObject([{ marketId: crane, reason: 'price_changes.0.best_bid: not a price' }])
    expect(snapshots).toHaveLength(2)
  })

  it('never throws, costs no other market, and lets through nothing that dedupe would refuse', () => {
    const texts = frames.map((frame) => JSON.parse(frame) as JsonValue)
    const last = (snapshots: readonly Snapshot[], id: string) => shown(snapshots.findLast(({ marketId }) => marketId === id))
    const book: JsonValue = JSON.parse(frames[0]?.replaceAll(crane.slice(16), foxes.slice(16)) ?? '')
    // The other market's tokens, in the frame that shows it whole.
    const [, second] = listedMarkets()
    const tokens = JSON.parse(second?.clobTokenIds ?? '') as string[]
    const other = (book as { asset_id: string }[]).map((event, i) => JSON.stringify({ ...event, asset_id: tokens[i] }))
    const whole = applied([...other, ...frames.filter((_, i) => i !== 1)])
    const spoilts = fc
      .constantFrom(0, 2, 3, 4, 7, 8)
      .chain((place) => spoilt(texts[place] ?? null).map((one) => ({ place, ...one })))
    fc.assert(
      fc.property(spoilts, ({ place, body }) => {
        const { snapshots } = applied([
          ...other,
          ...frames.map((frame, i) => (i === place ? JSON.stringify(body) : frame)).filter((_, i) => i !== 1),
        ])
        dedupedBooks().take(asMessages(snapshots))
        expect(last(snapshots, foxes)).toEqual(last(whole.snapshots, foxes))
      }),
      { numRuns: 1_500 },
    )
  })

  it('may be no JSON', () => {
    expect(parseFrame('INVALID OPERATION')).toEqual({ ok: false, reason: 'not JSON' })
  })
})

describe.skipIf(recordingsFolder() === undefined)('six recorded frames of Polymarket’s channel', () => {
  it('give the best prices that they name', () => {
    const file = path.join(recordingsFolder() ?? '', 'polymarket/enrico-ws-frames/frames_105-110.jsonl')
    const payloads = readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { payload: string }).payload)
    type Best = { asset_id: string; best_bid: string; best_ask: string }
    const best = new Map<string, string>()
    for (const event of payloads.map((payload) => JSON.parse(payload) as Best & { price_changes?: Best[] })) {
      for (const { asset_id, best_bid, best_ask } of event.price_changes ?? [event])
        best.set(asset_id, `${Number(best_bid)} ${Number(best_ask)}`)
    }
    const { snapshots, rejected } = applied(payloads, [], [...best.keys()])
    expect(rejected).toEqual([])
    const deduped = dedupedBooks()
    deduped.take(asMessages(snapshots))
    const quotes = [...deduped.books.values()].flatMap(({ selections }) => selections)
    const seen = quotes.map(
      ({ id, quotes: [quote] }) => [id.replace('polymarket-clob:', ''), `${quote?.lay} ${quote?.back}`] as const,
    )
    expect(payloads).toHaveLength(6)
    expect(best.size).toBe(4)
    expect(new Map(seen)).toEqual(best)
    expect(deduped.ticks).toHaveLength(4)
  })
})
