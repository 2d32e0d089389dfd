import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { MarketId } from '../../../functions/book/ids.ts'
import type { Book } from '../../../functions/book/market.ts'
import type { MarketDelta } from '../../../functions/book/wire.ts'
import { turn } from '../page/browser-rig.ts'
import { market, startMs } from './odds-world.ts'
import { type Tab, Tabs } from './tabs-rig.ts'

const markets = ['a', 'b'].map(market)
const at = fc.nat({ max: 30 })
const happening = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('tick' as const), market: fc.nat({ max: 1 }), price: fc.nat({ max: 99 }) }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constantFrom('deliver' as const, 'hear' as const, 'answer' as const), tab: at, which: at }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('drop' as const, 'recover' as const, 'lose' as const, 'join' as const), tab: at }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('close' as const, 'crash' as const, 'sleep' as const, 'wake' as const), tab: at }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('open' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('time' as const), seconds: fc.constantFrom(1, 6, 40) }) },
)
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never

describe('tabs that share one socket', () => {
  it('all equal the server once all is well again, over one socket, whatever became of the tabs (I3, I4)', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 3 }),
        fc.boolean(),
        fc.array(happening, { maxLength: 40 }),
        async (many, settled, story) => {
          const tabs = new Tabs()
          for (const id of markets) tabs.world.open(id)
          for (let i = 0; i < many; i++) tabs.open()
          if (settled) await tabs.settle()
          for (const next of story) await play(tabs, next)
          if (tabs.here.length === 0) tabs.open()
          await tabs.settle()
          for (const { rig } of tabs.here) {
            expect(rig.faults).toEqual([])
            expect(prices(rig.store.board.books)).toEqual(prices(tabs.world.books))
          }
          expect(tabs.here.filter(({ rig }) => rig.link !== 'none')).toHaveLength(1)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('open one socket for all, and each hears all of it', async () => {
    const { tabs, all } = await openTabs(3)
    expect(all.map(({ rig }) => rig.opened)).toEqual([1, 0, 0])
    sendTick(tabs, tabs.world.tick(market('a'), 's', { last: 0.5 }))
    await tabs.settle()
    for (const { rig } of all) expect(rig.store.board.books.get(market('a'))?.seq).toBe(1)
  })

  it('lose no tick when the one with the socket is closed: the next takes over, and asks only for what moved', async () => {
    const { tabs, all } = await openTabs(3)
    const [first, second, third] = all
    tabs.close(first)
    tabs.world.tick(market('a'), 's', { last: 0.5 })
    await hearAll(tabs)
    expect([second.rig.state, third.rig.state]).toEqual(['recovering', 'recovering'])
    for (const { rig } of all) rig.asked.length = 0
    await tabs.settle()
    const asked = all.flatMap(({ rig }) => rig.asked)
    expect([second.rig.opened, third.rig.opened]).toEqual([1, 0])
    expect(asked.filter((what) => what === 'markets')).toEqual([])
    for (const { rig } of [second, third]) expect(rig.store.board.books.get(market('a'))?.seq).toBe(1)
  })

  it('take the socket from a tab that is asleep, and share again when it wakes', async () => {
    const { tabs, all } = await openTabs(2)
    const [first, second] = all
    first.fate = 'asleep'
    tabs.world.tick(market('a'), 's', { last: 0.5 })
    for (let s = 0; s < 12; s++) {
      second.rig.advance(1_000)
      await turn()
      while (second.rig.requests.length > 0) await second.rig.answer(0)
      second.rig.join()
    }
    expect([second.rig.state, second.rig.opened, second.rig.store.board.books.get(market('a'))?.seq]).toEqual(['live', 1, 1])
    await tabs.settle()
    expect([first.rig.link, second.rig.link, first.rig.state]).toEqual(['none', 'up', 'live'])
  })

  it('do without where there are no locks', async () => {
    const tabs = new Tabs()
    for (const id of markets) tabs.world.open(id)
    tabs.locksOf = () => ({ request: () => Promise.reject(new DOMException('no storage', 'SecurityError')) })
    const tab = tabs.open()
    await tabs.settle()
    expect([tab.rig.state, tab.rig.opened]).toEqual(['live', 1])
  })

  it('hear of nothing while there is but one', async () => {
    const { tabs, all } = await openTabs(1)
    const spoken: unknown[] = []
    const [first] = all
    first.hear = undefined
    const channel = tabs.channelOf(first)
    channel.addEventListener('message', ({ data }) => spoken.push(data))
    sendTick(tabs, tabs.world.tick(market('a'), 's', { last: 0.5 }))
    await tabs.settle()
    expect(spoken).toEqual([])
  })
})

/** Without images: a question for one that fails costs a picture, not a price. */
const prices = (books: ReadonlyMap<MarketId, Book>) =>
  [...books.values()]
    .toSorted((a, b) => (a.marketId < b.marketId ? -1 : 1))
    .map((book) => ({ ...book, selections: book.selections.map((selection) => ({ ...selection, image: null })) }))

async function openTabs(many: number) {
  const tabs = new Tabs()
  for (const id of markets) tabs.world.open(id)
  for (let i = 0; i < many; i++) tabs.open()
  await tabs.settle()
  return { tabs, all: tabs.all as [Tab, Tab, Tab] }
}

async function hearAll(tabs: Tabs) {
  for (const tab of tabs.here) while (tab.inbox.length > 0) tab.hearNext()
  await turn()
}

function sendTick(tabs: Tabs, delta: MarketDelta) {
  for (const { rig } of tabs.here)
    rig.send({ v: 1, kind: 'delta', topic: 'politics', sentAtMs: startMs, markets: [structuredClone(delta)] })
}

async function play(tabs: Tabs, happening: Happening): Promise<void> {
  if (happening.do === 'open') return void (tabs.here.length < 4 && tabs.open())
  if (happening.do === 'tick')
    return sendTick(tabs, tabs.world.tick(markets[happening.market] ?? market('a'), 's', { last: happening.price / 100 }))
  if (happening.do === 'time') {
    for (let s = 0; s < happening.seconds; s++)
      for (const { rig, fate } of tabs.here) {
        if (fate === 'awake') rig.advance(1_000)
        else rig.nowMs += 1_000
      }
    return turn()
  }
  const tab = tabs.here[happening.tab % Math.max(1, tabs.here.length)]
  if (tab === undefined) return
  const rig = tab.fate === 'awake' ? tab.rig : undefined
  switch (happening.do) {
    case 'close':
      return tabs.close(tab)
    case 'crash':
      return tabs.crash(tab)
    case 'sleep':
      tab.fate = 'asleep'
      return
    case 'wake':
      return tabs.wake(tab)
    case 'hear':
      return tab.hearNext()
    case 'deliver':
      return rig?.deliver(happening.which)
    case 'answer':
      return rig?.answer(happening.which, true, happening.which % 2 === 0)
    case 'join':
      return rig?.join()
    case 'drop':
      return rig?.drop()
    case 'recover':
      return rig?.recover()
    case 'lose':
      return rig?.lose()
  }
}
