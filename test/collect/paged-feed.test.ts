import { describe, expect, it } from 'vitest'

import { bookmakerOf, feedName, marketIdOf, selectionIdOf, topicOf } from '../../functions/book/ids.ts'
import { noDrift } from '../../functions/book/feed-health.ts'
import { type Snapshot, snapshotQuote } from '../../functions/book/market.ts'
import type { MarketStatus } from '../../functions/book/quote.ts'
import type { Poll } from '../../functions/collect/feed.ts'
import { usualLimits } from '../../functions/collect/http-get.ts'
import { type Page, pagedFeed, type PagedLimits } from '../../functions/collect/paged-feed.ts'
import { withQuery } from '../../functions/collect/page-setting.ts'
import { listedVenue, type Told } from '../support/listed-venue.ts'
import { through } from '../support/through.ts'
import { type WebServer, webServer } from '../support/web-server.ts'

const feed = feedName('paged')

/** As small a venue as can be: markets that are an id, a price and a status, in pages by number. */
type Market = { id: string; price?: number; status?: MarketStatus }
type Body = { markets: Market[]; next?: string | null }

function snapshotOf({ id, price = 0.5, status = 'open' }: Market, observedAtMs: number): Snapshot {
  const quotes = [snapshotQuote(bookmakerOf('paged'), { last: price, status })]
  return {
    marketId: marketIdOf(feed, id),
    feed,
    topic: topicOf('politics'),
    asOfMs: observedAtMs,
    observedAtMs,
    publishedAtMs: null,
    complete: true,
    priceFormat: 'probability',
    market: { name: id, url: null, image: null, status, fixture: null },
    selections: [{ id: selectionIdOf(feed, id), name: id, image: null, quotes }],
  }
}

function paged({ url }: WebServer, limits: Partial<PagedLimits> = {}, everyMs = 30_000) {
  const first = new URL('/list', url)
  return pagedFeed<Page & { next: string | null }>(
    {
      feed,
      first,
      read(json, observedAtMs) {
        const { markets, next = null } = json as Body
        if (!Array.isArray(markets)) return { ok: false, reason: 'no page' }
        const snapshots = markets.filter(({ id }) => id !== 'bad').map((market) => snapshotOf(market, observedAtMs))
        const rejected = markets
          .filter(({ id }) => id === 'bad')
          .map(() => ({ marketId: marketIdOf(feed, 'bad'), reason: 'bad', body: '' }))
        return { ok: true, value: { snapshots, rejected, next } }
      },
      next: ({ next }, asked) => (next === null ? null : withQuery(asked, { page: next })),
      lookUps: [(ids) => withQuery(new URL('/by-id', url), { id: ids })],
      drift: () => noDrift,
    },
    everyMs,
    { pages: 10, lookUps: 20, deadlineMs: 5_000, request: usualLimits, ...limits },
  )
}

const marketsOf = (...ids: string[]): Market[] => ids.map((id) => ({ id }))
const idsOf = (poll: Poll) => ('snapshots' in poll ? poll.snapshots.map(({ marketId }) => marketId) : [])
const at = (open: string[] = []) => ({
  observedAtMs: 1_000_000,
  validators: null,
  signal: new AbortController().signal,
  open: open.map((id) => ({ marketId: marketIdOf(feed, id), topic: topicOf('politics') })),
})

/** The pages of `lists`, and by their ids the markets of `known`. */
const serving = (lists: Record<string, Body | number>, known: Market[] = []) =>
  listedVenue(({ path, query }): Told => {
    if (path === '/by-id') return { json: { markets: known.filter(({ id }) => query.getAll('id').includes(id)) } }
    const page = lists[query.get('page') ?? '1'] ?? 404
    return typeof page === 'number' ? { status: page } : { json: page }
  })

describe('a listing in pages', () => {
  it('is read to its end', async () => {
    await using venue = await serving({ 1: { markets: marketsOf('a', 'b'), next: '2' }, 2: { markets: marketsOf('c') } })
    const poll = await paged(venue).poll(at())
    expect(poll).toMatchObject({ kind: 'complete', rejected: [], validators: null })
    expect(idsOf(poll)).toEqual(['paged:a', 'paged:b', 'paged:c'])
    expect(venue.requests).toHaveLength(2)
  })

  it('is read no further than was asked for', async () => {
    await using venue = await serving({ 1: { markets: marketsOf('a'), next: '2' }, 2: { markets: marketsOf('b'), next: '3' } })
    const poll = await paged(venue, { pages: 2 }).poll(at())
    expect(poll.kind).toBe('complete')
    expect(venue.requests).toHaveLength(2)
  })

  it('may show a market twice, for it moved to another page meanwhile: the later view counts', async () => {
    await using venue = await serving({
      1: { markets: [{ id: 'a', price: 0.1 }], next: '2' },
      2: { markets: [{ id: 'a', price: 0.2 }, { id: 'b' }] },
    })
    const poll = await paged(venue).poll(at())
    if (poll.kind !== 'complete') throw new Error(poll.kind)
    expect(poll.snapshots.map(({ selections }) => selections[0]?.quotes[0]?.last)).toEqual([0.2, 0.5])
    expect(poll.rejected).toEqual([])
  })

  it('that breaks off buries nothing and keeps what it has (I10)', async () => {
    await using venue = await serving({ 1: { markets: marketsOf('a'), next: '2' }, 2: 503 })
    const poll = await paged(venue).poll(at(['a', 'gone']))
    expect(poll).toMatchObject({
      kind: 'partial',
      unsure: [''],
      reason: expect.stringMatching(/^page 2: .*answered 503/) as string,
    })
    expect(idsOf(poll)).toEqual(['paged:a'])
    expect(venue.asked().map(({ path }) => path)).toEqual(['/list', '/list'])
  })

  it('whose first page fails is a failure, and its wish to be left alone is passed on', async () => {
    await using venue = await listedVenue(() => ({ status: 429, headers: { 'retry-after': '7' } }))
    expect(await paged(venue).poll(at())).toMatchObject({ kind: 'failed', retryAfterMs: 7_000 })
  })

  it('that is none is a failure', async () => {
    await using venue = await listedVenue(() => ({ json: { contracts: [] } }))
    expect(await paged(venue).poll(at())).toMatchObject({ kind: 'failed', reason: 'no page' })
  })

  it('that goes in circles is left', async () => {
    await using venue = await serving({ 1: { markets: marketsOf('a'), next: '2' }, 2: { markets: marketsOf('b'), next: '2' } })
    expect(await paged(venue).poll(at())).toMatchObject({ kind: 'partial', unsure: [''] })
    expect(venue.requests).toHaveLength(2)
  })

  it('ends where a page brings nothing new', async () => {
    await using venue = await listedVenue(({ query }) => {
      return { json: { markets: marketsOf('a'), next: String(Number(query.get('page') ?? 1) + 1) } }
    })
    expect(await paged(venue).poll(at())).toMatchObject({ kind: 'complete' })
    expect(venue.requests).toHaveLength(2)
  })

  it('has one deadline for all of its pages', async () => {
    await using venue = await webServer(({ url }, response) => {
      if (url === '/list') response.end(JSON.stringify({ markets: marketsOf('a'), next: '2' }))
    })
    const poll = await paged(venue, { deadlineMs: 60 }).poll(at())
    expect(poll).toMatchObject({ kind: 'partial', reason: 'page 2: all pages together took over 0.06 s', unsure: [''] })
  })
})

describe('a market that was open and is not listed', () => {
  it('is asked for by its id: it may have ended, or only be further down; gone is what nobody knows (I10)', async () => {
    const known: Market[] = [{ id: 'ended', status: 'settled' }, { id: 'lower' }]
    await using venue = await serving({ 1: { markets: marketsOf('a') } }, known)
    const poll = await paged(venue).poll(at(['a', 'ended', 'lower', 'gone']))
    expect(poll).toMatchObject({ kind: 'complete' })
    expect(poll).not.toHaveProperty('unsure')
    expect(idsOf(poll)).toEqual(['paged:a', 'paged:ended', 'paged:lower'])
    expect(venue.asked()[1]?.query.getAll('id')).toEqual(['ended', 'lower', 'gone'])
  })

  it('reaches the ticks as what it became, also when another worker listed it last', async () => {
    const lists: Record<string, Body> = { 1: { markets: marketsOf('a', 'b', 'c') } }
    const known: Market[] = []
    await using venue = await serving(lists, known)
    const world = through(paged(venue))
    await world.poll(1_000_000)
    lists[1] = { markets: marketsOf('a') }
    known.push({ id: 'b', status: 'settled' })
    await world.poll(1_030_000)
    expect(world.ticks.map(({ kind, selectionId }) => [kind, selectionId])).toEqual([
      ['opened', 'paged:a'],
      ['opened', 'paged:b'],
      ['opened', 'paged:c'],
      ['settled', 'paged:b'],
      ['removed', 'paged:c'],
    ])
    expect(world.stored()?.openMarkets.map(({ marketId }) => marketId)).toEqual(['paged:a'])
  })

  it('that is listed but unreadable is not asked for, and is there all the same', async () => {
    await using venue = await serving({ 1: { markets: marketsOf('a', 'bad') } })
    const poll = await paged(venue).poll(at(['bad']))
    expect(poll).toMatchObject({ kind: 'complete', rejected: [{ marketId: 'paged:bad' }] })
    expect(venue.requests).toHaveLength(1)
  })

  it('of which there is no answer is not judged', async () => {
    await using venue = await listedVenue(({ path }) =>
      path === '/list' ? { json: { markets: marketsOf('a') } } : { status: 500 },
    )
    const poll = await paged(venue).poll(at(['a', 'b']))
    expect(poll).toMatchObject({
      kind: 'partial',
      unsure: ['paged:b'],
      reason: expect.stringContaining('answered 500') as string,
    })
  })

  it('is not judged by a server that does not look up by id and sends its usual listing', async () => {
    await using venue = await listedVenue(() => ({ json: { markets: marketsOf('a') } }))
    const poll = await paged(venue).poll(at(['a', 'b']))
    expect(poll).toMatchObject({ kind: 'partial', unsure: ['paged:b'], reason: expect.stringContaining('others came') as string })
    expect(idsOf(poll)).toEqual(['paged:a'])
  })

  it('has its turn in a later poll when there are too many of them, and is not judged until then', async () => {
    const ids = Array.from({ length: 250 }, (_, i) => `m${i}`)
    await using venue = await serving({ 1: { markets: marketsOf('a') } }, marketsOf(...ids))
    const reader = paged(venue, { lookUps: 1 })
    const asked: string[] = []
    for (let i = 0; i < 3; i++) {
      const poll = await reader.poll(at(ids))
      expect(poll).toMatchObject({ kind: 'complete', unsure: { length: 150 } })
      expect(idsOf(poll)).toHaveLength(101)
      asked.push(...(venue.asked().at(-1)?.query.getAll('id') ?? []))
    }
    expect(new Set(asked).size).toBe(250)
  })

  it('that cannot be asked for does not keep the others from their turn', async () => {
    const ids = Array.from({ length: 150 }, (_, i) => `m${i}`)
    await using venue = await listedVenue(({ path, query }) => {
      if (path === '/list') return { json: { markets: marketsOf('a') } }
      return query.getAll('id').includes('m3') ? { status: 400 } : { json: { markets: marketsOf(...query.getAll('id')) } }
    })
    const reader = paged(venue, { lookUps: 1 })
    const answered: string[] = []
    for (let i = 0; i < 3; i++) answered.push(...idsOf(await reader.poll(at(ids))))
    expect(answered).toContain('paged:m149')
    expect(answered).not.toContain('paged:m3')
  })

  it('cannot vanish together with all others: that is a fault of the venue', async () => {
    await using venue = await serving({ 1: { markets: [] } })
    expect(await paged(venue).poll(at(['a', 'b']))).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('knew none of the 2 that were open') as string,
    })
    expect(await paged(venue).poll(at())).toMatchObject({ kind: 'complete', snapshots: [] })
  })
})
