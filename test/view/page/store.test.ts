import { effect } from '@preact/signals'
import { describe, expect, it } from 'vitest'

import { topicOf } from '../../../functions/book/ids.ts'
import { initial } from '../../../functions/view/client/connection.ts'
import { loadPreferences, savePreferences } from '../../../functions/view/page/preferences.ts'
import { type Preferences, Store } from '../../../functions/view/page/store.ts'
import { bookOf, feed, market, OddsWorld, selection, startMs } from '../client/odds-world.ts'

const defaults = loadPreferences({ getItem: () => null, setItem: () => {} })
const [a, b, c] = [market('a'), market('b'), market('c')]

function board() {
  const world = new OddsWorld()
  for (const id of [a, b]) {
    world.open(id)
    world.tick(id, 'x', { last: 0.5 })
  }
  let draw = () => {}
  let frames = 0
  const store = new Store(
    defaults,
    () => startMs,
    (flush) => {
      frames++
      draw = flush
    },
  )
  const hold = () =>
    store.written.hold({ do: 'hold', answer: { readAtMs: startMs, markets: [...world.books.values()] }, keep: new Set() })
  hold()
  draw()
  return { world, store, hold, draw: () => draw(), frames: () => frames }
}

describe('the store', () => {
  it('draws once per frame, however many ticks come, and only the cards they are of', () => {
    const { world, store, draw, frames } = board()
    const drawn = { a: 0, b: 0 }
    const stops = [effect(() => void (store.card(a)?.value, drawn.a++)), effect(() => void (store.card(b)?.value, drawn.b++))]
    for (let i = 0; i < 100; i++) store.written.apply({ do: 'apply', deltas: [world.tick(a, 'x', { last: i / 100 })] })
    expect(frames()).toBe(2)
    draw()
    expect(drawn).toEqual({ a: 2, b: 1 })
    expect(store.card(a)?.peek().book).toEqual(world.book(a))
    for (const stop of stops) stop()
  })

  it('counts the moves of a row, so that two in the same direction are told apart', () => {
    const { world, store, draw } = board()
    const counts = [0.6, 0.7].map((last) => {
      store.written.apply({ do: 'apply', deltas: [world.tick(a, 'x', { last })] })
      draw()
      return [...(store.card(a)?.peek().moves.values() ?? [])][0]?.count
    })
    expect(counts).toEqual([1, 2])
  })

  it('moves no card while ticks come; new markets come last until the board is arranged', () => {
    const { world, store, hold, draw } = board()
    const before = [...store.order.peek()]
    store.written.apply({ do: 'apply', deltas: [world.tick(before[1] ?? a, 'x', { last: 0.9 })] })
    draw()
    expect(store.order.peek()).toEqual(before)
    world.open(c)
    hold()
    draw()
    expect(store.order.peek()).toEqual([...before, c])
    store.rearrange()
    expect(store.order.peek()).toEqual([before[1], before[0], c])
  })

  it('arranges at once when the reader asks, and counts topics whatever is filtered', () => {
    const { world, store, hold, draw } = board()
    world.put(bookOf(c, { topic: topicOf('sports') }))
    hold()
    draw()
    store.choose({ topic: topicOf('sports') })
    expect(store.order.peek()).toEqual([c])
    expect(Object.fromEntries(store.counts.peek())).toEqual({ politics: 2, sports: 1 })
  })

  it('takes a market away that is gone', () => {
    const { world, store, hold, draw } = board()
    world.books.delete(a)
    hold()
    draw()
    expect(store.order.peek()).toEqual([b])
    expect(store.card(a)).toBeUndefined()
  })

  it('gives room only to the sides that anyone quotes, and takes it away no more', () => {
    const { world, store, draw } = board()
    const sides = () => [...(store.card(a)?.peek().sides ?? [])]
    expect(sides()).toEqual(['last'])
    for (const lay of [0.4, null]) store.written.apply({ do: 'apply', deltas: [world.tick(a, 'x', { lay })] })
    draw()
    store.written.apply({ do: 'apply', deltas: [world.tick(a, 'x', { lay: 0.4 })] })
    draw()
    store.written.apply({ do: 'apply', deltas: [world.tick(a, 'x', { lay: null })] })
    draw()
    expect(sides()).toEqual(['last', 'lay'])
  })

  it('adds a row that is new below the others', () => {
    const { world, store, draw } = board()
    store.written.apply({ do: 'apply', deltas: [world.tick(a, 'late', { last: 0.9 })] })
    draw()
    expect(store.card(a)?.peek().rows).toEqual([selection('x'), selection('late')])
  })

  it('tells the turn that a market took in front of the reader, and keeps it while prices go on moving', () => {
    const { world, store, draw } = board()
    expect(store.card(a)?.peek().turn).toBeNull()
    let last = 0.5
    const said = (change: Parameters<OddsWorld['tick']>[3]) => {
      store.written.apply({ do: 'apply', deltas: [world.tick(a, 'x', { last: (last += 0.01) }, change)] })
      draw()
      return store.card(a)?.peek()
    }
    expect(said({ status: 'suspended', marketStatus: 'suspended' })?.turn?.words).toBe('suspended')
    expect(said({ status: 'open', marketStatus: 'open', inPlay: true })?.turn?.words).toBe('open again')
    expect(said({})?.turn?.words).toBe('open again')
  })

  it('keeps a moved line told while prices move on, and the start from before it was moved', () => {
    const { world, store, hold, draw } = board()
    world.put(bookOf(c, { fixture: { id: 'f', name: 'A at B', startsAtMs: 1_000 } }))
    world.tick(c, 'over', { back: 0.5, point: 8.5 })
    hold()
    draw()
    for (const tick of [
      world.tick(c, 'over', { back: 0.4, point: 9 }, { startsAtMs: 2_000 }),
      world.tick(c, 'over', { back: 0.3 }),
      world.tick(c, 'over', { back: null }),
    ]) {
      store.written.apply({ do: 'apply', deltas: [tick] })
      draw()
    }
    const card = store.card(c)?.peek()
    expect([...(card?.moves.values() ?? [])][0]?.changes).toMatchObject([{ side: 'back' }, { side: 'point', from: 8.5 }])
    expect(card?.startWasMs).toBe(1_000)
  })

  it('takes the room of prices back when a market is settled', () => {
    const { world, store, draw } = board()
    store.written.apply({ do: 'apply', deltas: [world.tick(a, 'x', { back: 0.4, lay: 0.3 })] })
    const settled = { status: 'settled', marketStatus: 'settled', outcome: 'won' } as const
    store.written.apply({ do: 'apply', deltas: [world.tick(a, 'x', { back: null, lay: null }, settled)] })
    draw()
    expect([...(store.card(a)?.peek().sides ?? [])]).toEqual(['last'])
  })

  it('brings a market before the reader past the filter that hides it', () => {
    const { store } = board()
    store.choose({ words: 'nothing is called so' })
    expect(store.order.peek()).toEqual([])
    store.reveal(b)
    expect(store.order.peek()).toContain(b)
    expect(store.revealed.peek()?.market).toBe(b)
    store.reveal(market('unheard of'))
    expect(store.revealed.peek()?.market).toBe(b)
  })

  it('keeps the newer counts of a feed, whichever way they come', () => {
    const { store } = board()
    const counted = (countedAtMs: number, ticks: number) =>
      store.written.showFeeds({
        do: 'showFeeds',
        feeds: [],
        counts: [{ feed, sinceMs: startMs, countedAtMs, fresh: ticks, duplicate: 0, stale: 0, ticks }],
      })
    counted(startMs + 2, 2)
    counted(startMs + 1, 1)
    expect(store.dedupeCounts.peek().get(feed)?.ticks).toBe(2)
  })

  it('shows what moves together every five seconds when the reader wants calm; what comes or goes at once', () => {
    const { world, store, hold, draw, frames } = board()
    store.rate.value = 'calm'
    const beat = (afterMs: number) => {
      const before = frames()
      store.beat(startMs + afterMs)
      if (frames() > before) draw()
    }
    const shown = () => store.card(a)?.peek().book.selections[0]?.quotes[0]?.last
    const move = (last: number) => store.written.apply({ do: 'apply', deltas: [world.tick(a, 'x', { last })] })
    beat(1_000)
    move(0.6)
    beat(4_000)
    expect(shown()).toBe(0.5)
    beat(5_000)
    expect(shown()).toBe(0.6)
    move(0.7)
    world.open(c)
    hold()
    draw()
    expect(shown()).toBe(0.7)
    expect(store.order.peek()).toContain(c)
  })

  it('keeps the ticks of the market that is watched, each once, and when each was shown', () => {
    const { world, store, draw } = board()
    store.watched.watch(a)
    const first = world.allTicks(a)
    store.written.apply({ do: 'apply', deltas: [world.tick(a, 'x', { last: 0.7 }), world.tick(b, 'x', { last: 0.8 })] })
    expect(store.watched.ticks.peek()).toEqual([])
    draw()
    store.watched.remember(a, first)
    store.watched.remember(b, world.allTicks(b))
    expect(store.watched.ticks.peek().map(({ seq, shownAtMs }) => [seq, shownAtMs])).toEqual([
      [2, startMs],
      [1, null],
    ])
    store.watched.watch(undefined)
    expect(store.watched.ticks.peek()).toEqual([])
  })

  it('counts the lines of a card, and tells when a fold changes them', () => {
    const { world, store, hold, draw } = board()
    world.open(c)
    for (let i = 0; i < 10; i++) world.tick(c, `s${i}`, { last: 0.1 })
    hold()
    draw()
    const lines = () => store.card(c)?.peek().lines
    expect(lines()).toBe(7)
    const before = store.reshaped.peek()
    store.fold(c, 'unfolded')
    expect(lines()).toBe(11)
    expect(store.reshaped.peek()).toBe(before + 1)
  })

  it('knows since when its prices are not current', () => {
    const { store } = board()
    store.written.showConnection({ ...initial, state: 'waiting', attempt: 1, soonestMs: 0, untilMs: 0, reason: 'away' })
    store.beat(startMs + 5_000)
    expect(store.currentAtMs.peek()).toBe(0)
    store.written.showConnection({
      state: 'live',
      turn: 1,
      attempt: 0,
      sinceMs: 0,
      heartbeat: { heardAtMs: 0, everyMs: 1, polledAtMs: 0, askedAtMs: 0 },
    })
    store.beat(startMs + 6_000)
    expect(store.currentAtMs.peek()).toBe(startMs + 6_000)
  })
})

describe('preferences', () => {
  it('are remembered, and defaults serve where memory fails or holds nonsense', () => {
    const kept = new Map<string, string>()
    const memory = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    }
    expect(loadPreferences(memory)).toEqual(defaults)
    const chosen: Preferences = {
      view: 'american',
      sort: 'name',
      rate: 'calm',
      theme: 'dark',
      moverMinutes: '60',
      chartRange: 'all',
    }
    savePreferences(memory, chosen)
    expect(loadPreferences(memory)).toEqual(chosen)
    for (const key of kept.keys()) kept.set(key, 'nonsense')
    expect(loadPreferences(memory)).toEqual(defaults)
    const refused = () => {
      throw new Error('storage is off')
    }
    savePreferences({ getItem: refused, setItem: refused }, defaults)
    expect(loadPreferences({ getItem: refused, setItem: refused })).toEqual(defaults)
  })
})
