import { describe, expect, it } from 'vitest'

import type { StoredBook } from '../../functions/book/documents.ts'
import { noDrift } from '../../functions/book/feed-health.ts'
import { marketIdOf } from '../../functions/book/ids.ts'
import type { Tick } from '../../functions/book/tick.ts'
import { parseBook, parseMarketDelta, parseMarketsAnswer } from '../../functions/book/wire.ts'
import { judge } from '../../functions/dedupe/judge.ts'
import { getFeeds } from '../../functions/view/api/feeds.ts'
import { getMarket, getMarkets } from '../../functions/view/api/markets.ts'
import type { OddsStore } from '../../functions/view/api/ports.ts'
import { getTicks } from '../../functions/view/api/ticks.ts'
import { pageReply } from '../../functions/view/page-files.ts'
import { feed, quoted, snapshotOf } from '../support/arbitrary.ts'
import { asking, jsonIn, portsOf } from '../support/asking.ts'

/** Two markets; the first has three ticks, of which the store kept those from `keptFrom` on. */
function fakeStore(keptFrom = 1): OddsStore {
  let book: StoredBook | undefined
  const ticks: Tick[] = []
  for (const [i, last] of [0.1, 0.5, 0.75].entries()) {
    const verdict = judge(snapshotOf('m', i + 1, { selections: [quoted('a', { last })] }), undefined, book, 100)
    if (verdict.kind !== 'fresh') throw new Error('the story must be fresh')
    book = verdict.book
    ticks.push(...verdict.ticks)
  }
  const other = judge(
    snapshotOf('n', 1, { status: 'suspended', selections: [quoted('b', { last: 0.5 })] }),
    undefined,
    undefined,
    100,
  )
  const books = [book, other.kind === 'fresh' ? other.book : undefined].filter((found) => found !== undefined)
  return {
    books: async (topic) => ({ readAtMs: 1_000, books: books.filter((found) => topic === undefined || found.topic === topic) }),
    book: async (id) => books.find((found) => found.marketId === id),
    ticks: async (id, after, limit) =>
      id === marketIdOf(feed, 'm') ? ticks.filter(({ seq }) => seq > after && seq >= keptFrom).slice(0, limit) : [],
    ticksAt: async () => [],
    async *tickPages() {},
    feeds: async () => ({ feeds: [], counts: [] }),
  }
}

const askOf = (store: OddsStore) => asking(portsOf({ odds: async () => store }))
const ask = askOf(fakeStore())

describe('GET /api/markets', () => {
  it('gives every book as a browser reads it, without the store’s own fields', async () => {
    const reply = await ask(getMarkets)
    const parsed = parseMarketsAnswer(jsonIn(reply))
    expect(parsed.ok && parsed.value.markets.map(({ marketId, seq }) => [marketId, seq])).toEqual([
      ['testfeed:m', 3],
      ['testfeed:n', 1],
    ])
    expect(JSON.stringify(jsonIn(reply))).not.toMatch(/hub|asOfMs/)
  })

  it.each([
    ['topic=sports', []],
    ['status=suspended', ['testfeed:n']],
    ['feed=other', []],
    ['q=SELECTION  B', ['testfeed:n']],
    ['q=market%20zebra', []],
  ])('filters by %s', async (query, expected) => {
    const { markets } = jsonIn(await ask(getMarkets, query)) as { markets: { marketId: string }[] }
    expect(markets.map(({ marketId }) => marketId)).toEqual(expected)
  })

  it('answers 304 to who has it already, and 400 to a status that there is not', async () => {
    const first = await ask(getMarkets)
    const again = await ask(getMarkets, '', { headers: { 'if-none-match': first.headers['etag'] ?? '' } })
    expect([first.status, again.status, again.body]).toEqual([200, 304, ''])
    const bad = await ask(getMarkets, 'status=live')
    expect([bad.status, bad.headers['content-type']]).toEqual([400, 'application/problem+json'])
    expect(jsonIn(bad)).toMatchObject({ detail: expect.stringContaining('open, suspended, closed, settled') })
  })
})

describe('pages of markets', () => {
  it('come one after the other by next, and are everything once', async () => {
    const ids: string[] = []
    let next: string | null = '?limit=1&feed=testfeed'
    for (let pages = 0; next !== null && pages < 9; pages++) {
      const page = jsonIn(await ask(getMarkets, next)) as { markets: { marketId: string }[]; next: string | null }
      expect(page.markets).toHaveLength(1)
      ids.push(...page.markets.map(({ marketId }) => marketId))
      next = page.next === null ? null : new URL(page.next, 'http://x').search
    }
    expect(ids).toEqual(['testfeed:m', 'testfeed:n'])
    expect(jsonIn(await ask(getMarkets))).toMatchObject({ next: null, markets: [{}, {}] })
  })

  it.each(['abc', '!', 'bnVsbA', 'MQ', 'ImEiIA'])('begin only where one of them ended: not at %s', async (token) => {
    expect(jsonIn(await ask(getMarkets, `token=${token}`))).toMatchObject({
      status: 400,
      errors: [{ parameter: 'token', why: 'takes what the page before gave as next, unchanged' }],
    })
  })

  it('are made once for all who share a read', async () => {
    const store = fakeStore()
    const board = await store.books(undefined)
    const bodies = await Promise.all([1, 2].map(() => askOf({ ...store, books: async () => board })(getMarkets)))
    expect(bodies[0]?.body).toBe(bodies[1]?.body)
  })
})

describe('GET /api/markets/{id}', () => {
  it('gives one book, and says where to look when there is none', async () => {
    const get = (id: string) => ask(getMarket, '', { params: { id } })
    expect(parseBook(jsonIn(await get('testfeed:m')))).toMatchObject({ ok: true, value: { seq: 3 } })
    expect((await get('testfeed:x')).status).toBe(404)
    expect((await get('../../etc')).status).toBe(400)
  })
})

describe('GET /api/markets/{id}/ticks', () => {
  const ticksAfter = (after: string, keptFrom = 1, id = 'testfeed:m') =>
    askOf(fakeStore(keptFrom))(getTicks, `after=${after}`, { params: { id } })

  it('gives all that is missing, as a delta', async () => {
    const parsed = parseMarketDelta(jsonIn(await ticksAfter('1')))
    expect(parsed).toMatchObject({ ok: true, value: { id: 'testfeed:m', from: 2, to: 3, ticks: [{ seq: 2 }, { seq: 3 }] } })
  })

  it('gives an empty delta to who is up to date', async () => {
    expect(parseMarketDelta(jsonIn(await ticksAfter('3')))).toMatchObject({ ok: true, value: { from: 4, to: 3, ticks: [] } })
  })

  it.each([
    ['expired', '0', 2, 'testfeed:m'],
    ['expired', '0', 1, 'testfeed:n'],
    ['ahead', '9', 1, 'testfeed:m'],
  ])('asks for a snapshot when ticks are %s', async (reason, after, keptFrom, id) => {
    const reply = await ticksAfter(after, keptFrom, id)
    expect(reply.status).toBe(410)
    expect(jsonIn(reply)).toEqual({ error: 'snapshot_required', reason })
  })

  it('gives no more than are asked for, and where to go on', async () => {
    const reply = await ask(getTicks, 'after=0&limit=2', { params: { id: 'testfeed:m' } })
    expect(jsonIn(reply)).toMatchObject({ from: 1, to: 2, ticks: [{}, {}] })
  })

  it.each(['', '-1', '1.5', 'x'])('refuses after=%s', async (after) => {
    const reply = await ask(getTicks, after === '' ? '' : `after=${after}`, { params: { id: 'testfeed:m' } })
    expect(reply.status).toBe(400)
  })
})

describe('GET /api/feeds', () => {
  it('says what each feed’s facts mean now, and which groups there are', async () => {
    const health = { everyMs: 1_000, polledAtMs: 1, completeAtMs: 1, changedAtMs: 1, failure: null }
    const counts = {
      markets: 0,
      selections: 0,
      published: 0,
      unchanged: 0,
      rejected: 0,
      lagMs: null,
      quota: null,
      drift: noDrift,
    }
    const store = { ...fakeStore(), feeds: async () => ({ feeds: [{ feed, ...health, ...counts }], counts: [] }) }
    const served = portsOf({ odds: async () => store, nowMs: () => 60_000, topics: ['politics'] })
    expect(jsonIn(await asking(served)(getFeeds))).toMatchObject({
      readAtMs: 60_000,
      topics: ['politics'],
      groups: { feeds: 'odds.feeds', topics: { politics: 'odds.politics' } },
      feeds: [{ feed: 'testfeed', state: 'down' }],
    })
  })
})

describe('the page', () => {
  const files = { 'index.html': { type: 'text/html', text: '<p>hello' } }

  it('is at the root, and is not sent twice', () => {
    const first = pageReply(files, '', null)
    expect(first).toMatchObject({ status: 200, body: '<p>hello' })
    expect(pageReply(files, 'index.html', first.headers['etag'] ?? null).status).toBe(304)
    expect(pageReply(files, '__proto__', null).status).toBe(404)
    expect(pageReply(files, 'constructor', null).status).toBe(404)
  })
})
