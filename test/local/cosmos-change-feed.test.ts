import { ChangeFeedStartFrom, type ChangeFeedIteratorOptions, type Container } from '@azure/cosmos'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { handClock } from '../../infra/local/clock.ts'
import { messageOf, startFixture, statusOf, type CosmosFixture } from './cosmos-support.ts'

type Item = { id: string; seq?: number; _lsn: number; _ts: number }

const clock = handClock()
let cosmos: CosmosFixture
beforeAll(async () => {
  cosmos = await startFixture(clock)
})
afterAll(() => cosmos.close())

/** Reads until there is nothing new; returns the pages and where to go on. */
async function drain(container: Container, options: ChangeFeedIteratorOptions) {
  const iterator = container.items.getChangeFeedIterator<Item>(options)
  const pages: Item[][] = []
  for (;;) {
    const page = await iterator.readNext()
    if (page.statusCode === 304) return { pages, ids: pages.flat().map(({ id }) => id), token: page.continuationToken }
    pages.push(page.result)
  }
}

const beginning = () => ({ changeFeedStartFrom: ChangeFeedStartFrom.Beginning() })
const after = (token: string) => ({ changeFeedStartFrom: ChangeFeedStartFrom.Continuation(token) })
const create = (container: Container, id: string, marketId = 'm1') => container.items.create({ id, marketId, seq: 0 })

describe('the change feed', () => {
  it('gives every document once, in its newest state, in the order of its last write', async () => {
    const container = await cosmos.container()
    for (const id of ['a', 'b', 'c', 'd']) await create(container, id)
    await container.item('a', 'm1').replace({ id: 'a', marketId: 'm1', seq: 9 })
    await container.item('c', 'm1').delete()
    const { pages, ids } = await drain(container, beginning())
    expect(ids).toEqual(['b', 'd', 'a'])
    const [b, , a] = pages.flat()
    expect(a?.seq).toBe(9)
    expect(a?.['_lsn']).toBeGreaterThan(b?.['_lsn'] ?? Infinity)
  })

  it('goes on from its token: each update once, deletes never, nothing twice', async () => {
    const container = await cosmos.container()
    await create(container, 'a')
    const first = await drain(container, beginning())
    expect(await drain(container, after(first.token))).toMatchObject({ ids: [] })
    await create(container, 'b')
    await create(container, 'c')
    await container.item('a', 'm1').patch([{ op: 'incr', path: '/seq', value: 1 }])
    await container.item('c', 'm1').delete()
    const second = await drain(container, after(first.token))
    expect(second.ids).toEqual(['b', 'a'])
    expect((await drain(container, after(second.token))).ids).toEqual([])
    expect((await drain(container, after(first.token))).ids).toEqual(['b', 'a'])
  })

  it('goes on after a restart of the server, numbering on even past what was deleted', async () => {
    const container = await cosmos.container()
    await create(container, 'a')
    await create(container, 'gone')
    await container.item('gone', 'm1').delete()
    const refused = ['new', 'a'].map((id) => ({ operationType: 'Create' as const, resourceBody: { id, marketId: 'm1' } }))
    expect((await container.items.batch(refused, 'm1')).code).toBe(207)
    const { token } = await drain(container, beginning())
    const { etag } = await container.item('a', 'm1').read()
    await cosmos.restart()
    expect((await container.item('a', 'm1').read()).etag).toBe(etag)
    await create(container, 'b')
    expect((await drain(container, after(token))).ids).toEqual(['b'])
  })

  it('starts from now', async () => {
    const container = await cosmos.container()
    await create(container, 'before')
    const iterator = container.items.getChangeFeedIterator<Item>({ changeFeedStartFrom: ChangeFeedStartFrom.Now() })
    const { statusCode, continuationToken } = await iterator.readNext()
    expect(statusCode).toBe(304)
    await create(container, 'after')
    expect((await drain(container, after(continuationToken))).ids).toEqual(['after'])
  })

  it('starts from a point in time', async () => {
    const container = await cosmos.container()
    await create(container, 'early')
    clock.advance(60_000)
    const from = new Date(clock.nowMs())
    for (const id of ['late', 'later']) await create(container, id)
    expect((await drain(container, { changeFeedStartFrom: ChangeFeedStartFrom.Time(from) })).ids).toEqual(['late', 'later'])
    const past = new Date(clock.nowMs() - 3_600_000)
    expect((await drain(container, { changeFeedStartFrom: ChangeFeedStartFrom.Time(past) })).ids).toEqual([
      'early',
      'late',
      'later',
    ])
    const future = new Date(clock.nowMs() + 3_600_000)
    expect((await drain(container, { changeFeedStartFrom: ChangeFeedStartFrom.Time(future) })).ids).toEqual([])
  })

  it('is not misled by a clock that steps back: _ts never does', async () => {
    let nowMs = clock.nowMs()
    const stepping = await startFixture({ nowMs: () => nowMs, after: () => () => {} })
    const container = await stepping.container()
    await create(container, 'a')
    nowMs -= 60_000
    await create(container, 'b')
    const [a, b] = (await drain(container, beginning())).pages.flat()
    expect(b?.['_ts']).toBe(a?.['_ts'])
    await stepping.close()
  })

  it('reads one partition key alone', async () => {
    const container = await cosmos.container()
    for (const marketId of ['m1', 'm2', 'm1', 'm3']) await create(container, `${marketId}-${Math.random()}`, marketId)
    const { ids, token } = await drain(container, { changeFeedStartFrom: ChangeFeedStartFrom.Beginning('m1') })
    expect(ids).toHaveLength(2)
    expect(ids.every((id) => id.startsWith('m1-'))).toBe(true)
    await create(container, 'other', 'm2')
    await create(container, 'mine', 'm1')
    expect((await drain(container, after(token))).ids).toEqual(['mine'])
  })

  it('reads the one feed range there is', async () => {
    const container = await cosmos.container()
    await create(container, 'a')
    const [range, ...more] = await container.getFeedRanges()
    expect(more).toEqual([])
    expect((await drain(container, { changeFeedStartFrom: ChangeFeedStartFrom.Beginning(range) })).ids).toEqual(['a'])
  })

  it('never splits a transactional batch: its documents share one LSN and one page', async () => {
    const container = await cosmos.container()
    for (let batch = 0; batch < 6; batch += 1) {
      const operations = Array.from({ length: 7 }, (_, at) => ({
        operationType: 'Create' as const,
        resourceBody: { id: `${batch}-${at}`, marketId: 'm1', batch },
      }))
      await container.items.batch(operations, 'm1')
      await create(container, `single-${batch}`)
    }
    for (const maxItemCount of [1, 3, 8, 10, 100]) {
      const { pages, ids } = await drain(container, { ...beginning(), maxItemCount })
      expect(ids).toHaveLength(48)
      const lsnsOfPages = pages.map((page) => new Set(page.map(({ _lsn }) => _lsn)))
      const all = lsnsOfPages.flatMap((lsns) => [...lsns])
      expect(new Set(all).size).toBe(all.length)
      expect(all).toHaveLength(12)
      expect(pages.every((page) => page.length < maxItemCount + 7)).toBe(true)
    }
  })

  it('leaves nothing of a refused batch in the feed', async () => {
    const container = await cosmos.container()
    await create(container, 'taken')
    const { token } = await drain(container, beginning())
    const operations = ['free', 'taken'].map((id) => ({ operationType: 'Create' as const, resourceBody: { id, marketId: 'm1' } }))
    expect((await container.items.batch(operations, 'm1')).code).toBe(207)
    expect((await drain(container, after(token))).ids).toEqual([])
  })

  it('answers the older iterator too', async () => {
    const container = await cosmos.container()
    await create(container, 'a')
    const page = await container.items.changeFeed<Item>('m1', { startFromBeginning: true }).fetchNext()
    expect(page.result.map(({ id }) => id)).toEqual(['a'])
    expect(
      (await container.items.changeFeed('m1', { continuation: page.headers['etag'] as string }).fetchNext()).statusCode,
    ).toBe(304)
  })

  it('refuses all-versions mode, and a token from elsewhere, by name', async () => {
    const container = await cosmos.container()
    const allVersions = { ...after('x'), changeFeedMode: 'Full-Fidelity Feed' } as unknown as ChangeFeedIteratorOptions
    const now = { ...allVersions, changeFeedStartFrom: ChangeFeedStartFrom.Now() }
    expect(await messageOf(container.items.getChangeFeedIterator(now).readNext())).toContain('Full-Fidelity Feed')
    const { resource } = await container.read()
    const token = JSON.stringify({
      rid: resource?.['_rid'],
      Continuation: [{ minInclusive: '', maxExclusive: 'FF', continuationToken: '"999"' }],
    })
    expect(await statusOf(container.items.getChangeFeedIterator(after(token)).readNext())).toBe(400)
  })
})
