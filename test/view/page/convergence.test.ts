import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { bookmakerOf, type MarketId } from '../../../functions/book/ids.ts'
import type { Book } from '../../../functions/book/market.ts'
import type { MarketDelta } from '../../../functions/book/wire.ts'
import { BrowserRig, turn as nextTurn } from './browser-rig.ts'
import { bookOf, conflated, market, type OddsWorld, startMs } from '../client/odds-world.ts'

const markets = ['a', 'b', 'c'].map(market)
const at = fc.nat({ max: 50 })

/** What may become of a market beside its prices. */
const turn = fc.constantFrom(
  {},
  {},
  { status: 'suspended', marketStatus: 'suspended' },
  { status: 'open', marketStatus: 'open' },
  { status: 'removed' },
  { status: 'settled', marketStatus: 'settled', outcome: 'won' },
  { startsAtMs: startMs + 3_600_000 },
  { startsAtMs: null },
  { inPlay: true },
  { bookmaker: bookmakerOf('another') },
) satisfies fc.Arbitrary<Parameters<OddsWorld['tick']>[3]>

const beginnings = ['start', 'snapshotting', 'live', 'gap', 'naming', 'dropped'] as const

/** What may happen between a server and a browser, by name. `which` is taken modulo how many there are. */
const happening = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('tick' as const),
      market: fc.nat({ max: 2 }),
      selection: fc.nat({ max: 2 }),
      price: fc.constantFrom(null, 0.25, 0.5, 0.75),
      point: fc.constantFrom(null, 8.5, 9),
      turn,
      ticks: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('deliver' as const), which: at }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('answer' as const), which: at, stale: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('fail' as const), which: at }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('lose message' as const, 'double message' as const), which: at }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'join' as const,
        'join' as const,
        'drop' as const,
        'recover' as const,
        'lose' as const,
        'join again' as const,
      ),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('time' as const), ms: fc.constantFrom(300, 1_500, 20_000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('expire' as const), market: fc.nat({ max: 2 }) }) },
)
/** What no tick tells: a market that is not there any more, and a store that was lost and counts again from 1. */
const upheaval = fc.record({ do: fc.constantFrom('vanish' as const, 'start over' as const), market: fc.nat({ max: 2 }) })
type Happening = typeof happening | typeof upheaval extends fc.Arbitrary<infer T> ? T : never

const quiet = { market: 1, selection: 0, price: null, point: null, turn: {}, ticks: 1 }

/** The board knows by comparing that a tick is missing, when a book that was asked for earlier comes in and lacks it, too. */
const anOldBookAfterTheComparison: [(typeof beginnings)[number], Happening[]] = [
  'naming',
  [
    { do: 'join again' },
    { do: 'answer', which: 27, stale: false },
    { do: 'answer', which: 0, stale: true },
    { do: 'fail', which: 0 },
  ],
]

/** Its number would be the next one of the count that has begun since. */
const aTickOfTheCountBefore: [(typeof beginnings)[number], Happening[], boolean] = [
  'snapshotting',
  [
    { do: 'tick', ...quiet },
    { do: 'deliver', which: 0 },
    { do: 'start over', market: 1 },
    { do: 'answer', which: 0, stale: false },
    { do: 'tick', ...quiet, selection: 1 },
    { do: 'join again' },
  ],
  false,
]

describe('the board, whatever happens to its messages', () => {
  it('equals the server once the network is well again (I3, I4, I11)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...beginnings), fc.array(happening, { maxLength: 40 }), async (beginning, story) => {
        const rig = new BrowserRig()
        const seqs = new Map<MarketId, number>()
        for (const id of markets) rig.world.put(bookOf(id, { fixture: { id: 'f', name: 'A at B', startsAtMs: startMs } }))
        await begin(rig, beginning)
        for (const happening of story) {
          await play(rig, happening)
          for (const [id, { seq }] of rig.store.board.books) {
            expect(seq, `${id} went back`).toBeGreaterThanOrEqual(seqs.get(id) ?? 0)
            seqs.set(id, seq)
          }
        }
        await rig.settle()
        // A message that is lost without a trace shows at the next one of its market: so each market gets one more.
        if (beginning === 'gap' || story.some((happening) => happening.do === 'lose message')) {
          for (const id of markets) sendTick(rig, rig.world.tick(id, 'last word', { back: 0.5 }))
          await rig.settle()
        }
        expect(rig.faults).toEqual([])
        expect(prices(rig.store.board.books)).toEqual(prices(rig.world.books))
      }),
      { numRuns: 1_500, examples: [anOldBookAfterTheComparison] },
    )
  })

  it('learns after any absence what vanished, came, or started over, by comparing as by a snapshot', async () => {
    const story = fc.array(fc.oneof({ weight: 6, arbitrary: happening }, { weight: 1, arbitrary: upheaval }), { maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...beginnings), story, fc.boolean(), async (beginning, story, old) => {
        const rig = new BrowserRig()
        for (const id of markets) rig.world.open(id)
        await begin(rig, beginning)
        for (const happening of story) await play(rig, happening)
        await rig.settle()
        if (old) rig.advance(3_600_000)
        rig.lose()
        rig.requests.length = 0
        await rig.settle()
        expect(rig.faults).toEqual([])
        expect(prices(rig.store.board.books)).toEqual(prices(rig.world.books))
      }),
      { numRuns: 500, examples: [aTickOfTheCountBefore] },
    )
  })

  it('takes no snapshot after an absence in which few markets moved, and none of their books', async () => {
    const rig = new BrowserRig()
    const many = Array.from({ length: 200 }, (_, i) => market(`m${i}`))
    for (const id of many) rig.world.open(id)
    for (const id of many) rig.world.tick(id, 's', { last: 0.5 })
    rig.session.take({ type: 'start' })
    await rig.settle()
    rig.asked.length = 0
    rig.lose()
    rig.advance(600_000)
    for (const id of many.slice(0, 20)) for (const last of [0.6, 0.7]) rig.world.tick(id, 's', { last })
    await rig.settle()
    expect(content(rig.store.board.books)).toEqual(content(rig.world.books))
    const counts = Object.fromEntries([...Map.groupBy(rig.asked, (what) => what)].map(([what, all]) => [what, all.length]))
    expect(counts).toEqual({ feeds: 2, negotiate: 1, seqs: 1, ticks: 20 })
  })

  it('misses nothing that is only late, doubled or overtaken, without another tick (I3)', async () => {
    const order = fc.array(fc.tuple(fc.nat({ max: 2 }), fc.nat({ max: 2 }), fc.boolean()), { minLength: 1, maxLength: 30 })
    await fc.assert(
      fc.asyncProperty(order, fc.array(at, { maxLength: 60 }), async (ticks, deliveries) => {
        const rig = new BrowserRig()
        for (const id of markets) rig.world.open(id)
        rig.session.take({ type: 'start' })
        await rig.settle()
        for (const [m, s, doubled] of ticks) {
          const delta = rig.world.tick(markets[m] ?? market('a'), `s${s}`, { back: 0.25 })
          sendTick(rig, delta)
          if (doubled) sendTick(rig, delta)
        }
        for (const which of deliveries) rig.deliver(which)
        await rig.settle()
        expect(rig.faults).toEqual([])
        expect(rig.opened).toBe(1)
        expect(content(rig.store.board.books)).toEqual(content(rig.world.books))
      }),
      { numRuns: 200 },
    )
  })

  it('goes on after a recovered drop as if nothing had been, on the same connection', async () => {
    const rig = new BrowserRig()
    rig.world.open(market('a'))
    rig.session.take({ type: 'start' })
    await rig.settle()
    rig.drop()
    sendTick(rig, rig.world.tick(market('a'), 's0', { last: 0.5 }))
    expect(rig.state).toBe('recovering')
    rig.recover()
    expect(rig.state).toBe('live')
    rig.deliver(0)
    await nextTurn()
    // The new selection is shown at once; its image is asked for.
    expect(rig.requests.map(({ what }) => what)).toEqual(['book'])
    await rig.settle()
    expect(rig.opened).toBe(1)
    expect(content(rig.store.board.books)).toEqual(content(rig.world.books))
  })

  it('keeps a book that is newer than the snapshot, which was read from a copy that lagged', async () => {
    const rig = new BrowserRig()
    rig.world.open(market('a'))
    rig.session.take({ type: 'start' })
    await rig.settle()
    const lagging = rig.world.book(market('a'))
    sendTick(rig, rig.world.tick(market('a'), 's0', { last: 0.5 }))
    await rig.settle()
    const now = rig.world.book(market('a'))
    rig.world.books.set(market('a'), lagging)
    rig.lose()
    while (rig.state !== 'resuming') {
      rig.advance(1_000)
      rig.join()
      await rig.answer(0)
    }
    rig.world.books.set(market('a'), now)
    await rig.settle()
    expect(content(rig.store.board.books)).toEqual([now])
  })

  it('believes a server that has lost its store and counts again from 1', async () => {
    const rig = new BrowserRig()
    for (const id of markets) rig.world.open(id)
    for (let i = 0; i < 9; i++) for (const id of markets) rig.world.tick(id, `s${i}`, { back: 0.5 })
    rig.session.take({ type: 'start' })
    await rig.settle()
    for (const id of markets) {
      rig.world.startOver(id)
      rig.world.tick(id, 's0', { back: 0.25 })
    }
    rig.lose()
    await rig.settle()
    expect(content(rig.store.board.books)).toEqual(content(rig.world.books))
  })

  it('asks for the fixture of a market that had none, when a tick tells its start', async () => {
    const rig = new BrowserRig()
    rig.world.open(market('a'))
    rig.world.tick(market('a'), 's0', { last: 0.5 })
    rig.session.take({ type: 'start' })
    await rig.settle()
    rig.world.put({ ...rig.world.book(market('a')), fixture: { id: 'f', name: 'A at B', startsAtMs: startMs } })
    sendTick(rig, rig.world.tick(market('a'), 's0', { last: 0.6 }))
    await rig.settle()
    sendTick(rig, rig.world.tick(market('a'), 's0', { last: 0.7 }))
    rig.deliver(0)
    expect(rig.requests).toEqual([])
    expect(content(rig.store.board.books)).toEqual(content(rig.world.books))
  })

  it('forgets markets that a new snapshot no longer lists, and shows new ones', async () => {
    const rig = new BrowserRig()
    rig.world.open(market('a'))
    rig.session.take({ type: 'start' })
    await rig.settle()
    rig.world.books.delete(market('a'))
    rig.world.open(market('b'))
    sendTick(rig, rig.world.tick(market('b'), 's0', { last: 0.5 }))
    await rig.settle()
    expect([...rig.store.board.books.keys()]).toEqual([market('a'), market('b')])
    rig.lose()
    await rig.settle()
    expect([...rig.store.board.books.keys()]).toEqual([market('b')])
  })

  it('takes one snapshot when very many markets have gaps at once', async () => {
    const rig = new BrowserRig()
    const many = Array.from({ length: 60 }, (_, i) => market(`m${i}`))
    for (const id of many) rig.world.open(id)
    rig.session.take({ type: 'start' })
    await rig.settle()
    rig.advance(30_000)
    await rig.settle()
    for (const id of many) rig.world.tick(id, 's0', { last: 0.5 })
    const deltas = many.map((id) => rig.world.tick(id, 's0', { last: 0.25 }))
    rig.send({ v: 1, kind: 'delta', topic: 'politics', sentAtMs: rig.nowMs, markets: deltas })
    rig.deliver(0)
    expect(rig.state).toBe('snapshotting')
    expect(rig.requests.map(({ what }) => what)).toEqual(['markets'])
    await rig.settle()
    expect(content(rig.store.board.books)).toEqual(content(rig.world.books))
  })
})

function sendTick(rig: BrowserRig, delta: MarketDelta) {
  rig.send({ v: 1, kind: 'delta', topic: 'politics', sentAtMs: startMs, markets: [delta] })
}

/** Stories begin where it matters, so that short ones tell something too. */
async function begin(rig: BrowserRig, beginning: (typeof beginnings)[number]): Promise<void> {
  rig.session.take({ type: 'start' })
  if (beginning === 'start') return
  if (beginning === 'snapshotting') {
    await rig.answer(0)
    await rig.answer(0)
    return rig.join()
  }
  await rig.settle()
  if (beginning === 'dropped') return rig.drop()
  if (beginning === 'naming') {
    sendTick(rig, rig.world.tick(market('a'), 's0', { back: 0.5 }))
    rig.deliver(0)
    sendTick(rig, rig.world.tick(market('a'), 's0', {}, { startsAtMs: startMs + 3_600_000 }))
  }
  if (beginning === 'gap') {
    for (const s of ['s0', 's1', 's2']) sendTick(rig, rig.world.tick(market('a'), s, { back: 0.5 }))
    await rig.settle()
    rig.world.tick(market('a'), 's0', { back: 0.25 })
    sendTick(rig, rig.world.tick(market('a'), 's1', { back: 0.75 }))
    rig.deliver(0)
  }
}

async function play(rig: BrowserRig, happening: Happening): Promise<void> {
  switch (happening.do) {
    case 'tick': {
      const id = markets[happening.market] ?? market('a')
      if (!rig.world.books.has(id)) rig.world.open(id)
      const deltas = Array.from({ length: happening.ticks }, (_, i) =>
        rig.world.tick(
          id,
          `s${(happening.selection + i) % 3}`,
          { back: happening.price, point: happening.point },
          happening.turn,
        ),
      )
      const [first, ...more] = deltas
      if (first !== undefined) sendTick(rig, conflated([first, ...more]))
      return
    }
    case 'deliver':
      rig.deliver(happening.which)
      return
    case 'answer':
      return rig.answer(happening.which, true, happening.stale)
    case 'fail':
      return rig.answer(happening.which, false)
    case 'lose message':
      rig.messages.splice(happening.which % Math.max(1, rig.messages.length), 1)
      return
    case 'double message': {
      const message = rig.messages[happening.which % Math.max(1, rig.messages.length)]
      if (message !== undefined) rig.messages.push(message)
      return
    }
    case 'join':
      return rig.join()
    case 'drop':
      return rig.drop()
    case 'recover':
      return rig.recover()
    case 'lose':
      return rig.lose()
    case 'join again':
      return rig.joinAgain()
    case 'vanish':
      rig.world.books.delete(markets[happening.market] ?? market('a'))
      return
    case 'start over': {
      const id = markets[happening.market] ?? market('a')
      if (rig.world.books.has(id)) rig.world.startOver(id)
      return
    }
    case 'time':
      return rig.advance(happening.ms)
    case 'expire':
      rig.world.forgetTicks(markets[happening.market] ?? market('a'))
  }
}

/** Rows in the order of their ids: a selection that was opened among others may have come in later than they. */
function content(books: ReadonlyMap<MarketId, Book>) {
  return [...books.values()]
    .toSorted((a, b) => (a.marketId < b.marketId ? -1 : 1))
    .map((book) => ({ ...book, selections: book.selections.toSorted((a, b) => (a.id < b.id ? -1 : 1)) }))
}

/** Without images: those of new selections are asked for once, and a question that fails costs a picture, not a price. */
function prices(books: ReadonlyMap<MarketId, Book>) {
  return content(books).map((book) => ({ ...book, selections: book.selections.map((s) => ({ ...s, image: null })) }))
}
