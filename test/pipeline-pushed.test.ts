import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { FeedHealth } from '../functions/book/feed-health.ts'
import type { FixturesAnswer } from '../functions/view/api/fixtures.ts'
import { seed } from '../scripts/seed.ts'
import { simulate } from '../scripts/simulate.ts'
import { findBoard } from '../scripts/simulate/board.ts'
import { idle } from './support/recorded-day.ts'
import { ownMarket, sampleOdds } from './support/pushed-bodies.ts'
import { builtApp, eventually, readOdds, startWhole, type WholeStack } from './support/whole-stack.ts'

const key = 'a-key-for-tests'

describe('providers that push, on the whole stack', () => {
  let whole: WholeStack

  beforeAll(async () => {
    whole = await startWhole(await builtApp(), { FEEDS: '', FUNCTIONS_LOCAL_KEY: key })
  })
  afterAll(() => whole.stop())

  async function push(feed: string, body: unknown, headers: Record<string, string> = { 'x-functions-key': key }) {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const response = await fetch(new URL(`/api/feeds/${feed}/odds`, whole.stack.url), { method: 'PUT', headers, body: text })
    return { status: response.status, body: await response.text() }
  }

  it('lets in whoever has the key, and nobody else', async () => {
    expect(await push('my-odds', ownMarket('m1', 1.9), {})).toMatchObject({ status: 401 })
    expect(await push('my-odds', ownMarket('m1', 1.9), { 'x-functions-key': 'another' })).toMatchObject({ status: 401 })
    const inAddress = new URL(`/api/feeds/my-odds/odds?code=${key}`, whole.stack.url)
    expect(await fetch(inAddress, { method: 'PUT', body: '[]' })).toMatchObject({ status: 202 })
  })

  it('stores a tick for each change, and none for what is pushed again (I2)', async () => {
    expect(await push('my-odds', ownMarket('m1', 1.9))).toMatchObject({ status: 202 })
    expect(await push('sample', { odds: [sampleOdds] })).toMatchObject({ status: 202 })
    await eventually('four ticks are stored', async () => (await readOdds(whole.database)).ticks.length === 4)
    expect(await push('my-odds', ownMarket('m1', 1.9))).toMatchObject({ status: 202 })
    expect(
      await push('sample', { odds: [sampleOdds, { ...sampleOdds, homeOdds: 110 }, { ...sampleOdds, homeOdds: 'soon' }] }),
    ).toMatchObject({
      status: 202,
      body: expect.stringContaining('"accepted":2,"rejected":1'),
    })
    await eventually('the fifth is', async () => (await readOdds(whole.database)).ticks.length === 5)
    await idle(whole)
    const { books, ticks } = await readOdds(whole.database)
    expect(ticks.map(({ feed, kind, back }) => `${feed} ${kind} ${back}`).sort()).toEqual([
      'my-odds opened 1.9',
      'my-odds opened 2.1',
      'sample moved 110',
      'sample opened -110',
      'sample opened 105',
    ])
    expect(books.map(({ marketId, seq }) => `${marketId} ${seq}`).sort()).toEqual([
      'my-odds:m1 2',
      'sample:game-2957FB14:spread 3',
    ])
  })

  it('answers in problem+json, and refuses the name of a feed that it reads itself', async () => {
    const large = JSON.stringify([ownMarket('m1', 1.9)]).padEnd(1_100_000)
    expect(await push('my-odds', large)).toMatchObject({ status: 413, body: expect.stringContaining('"title":"Too large"') })
    expect(await push('my-odds', '{')).toMatchObject({ status: 400, body: expect.stringContaining('"title":"Not JSON"') })
    expect(await push('predictit', ownMarket('m1', 1.9))).toMatchObject({ status: 409 })
  })

  it('shows the feed among the others, with no schedule', async () => {
    const feed = await eventually('the health of both feeds', async () => {
      const { feeds } = (await whole.api('/api/feeds')) as { feeds: (FeedHealth & { state: string })[] }
      return feeds.find((health) => health.feed === 'sample' && health.rejected > 0)
    })
    expect(feed).toMatchObject({ everyMs: null, state: 'live', markets: 1, selections: 2, failure: null })
  })

  it('takes the sample fixtures, and simulated odds of them at the rate asked for', async () => {
    const board = await findBoard({ url: whole.stack.url, key, dataDir: '' }, {})
    expect(await seed(board, 'sim-push', Date.now(), 3)).toEqual({ fresh: 24, replaced: 0 })
    expect(await seed(board, 'sim-push', Date.now(), 3)).toEqual({ fresh: 0, replaced: 24 })
    const { fixtures } = (await whole.api(`/api/fixtures?from=${Date.now()}`)) as FixturesAnswer
    const lines: string[] = []
    const say = (line: string) => void lines.push(line)
    const before = (await readOdds(whole.database)).ticks.length
    await simulate({ rate: 40, shape: 'own', markets: 6, feed: 'sim-push', seed: '1' }, board, AbortSignal.timeout(1_500), say)
    await simulate({ rate: 40, shape: 'aws', markets: 6, feed: 'sim-push', seed: '1' }, board, AbortSignal.timeout(1_500), say)
    await idle(whole)
    const { books, ticks } = await readOdds(whole.database)
    expect(ticks.length - before).toBeGreaterThan(100)
    const ours = books.filter(({ feed }) => feed === 'sim-push')
    expect(ours).toHaveLength(12)
    const linked = fixtures.flatMap(({ links }) => links.flatMap(({ selections }) => selections.flatMap(({ quotes }) => quotes)))
    for (const { marketId, selections } of ours) {
      for (const { id } of selections) expect(linked).toContainEqual({ marketId, selectionId: id })
    }
    expect(lines.filter((line) => line.startsWith('In all'))).toEqual([
      expect.stringMatching(/ 0 rejected /),
      expect.stringMatching(/ 0 rejected /),
    ])
  })

  it('ends with what to do where the key is wrong, or nobody is there', async () => {
    const options = { rate: 5, shape: 'own' as const, markets: 1, feed: 'sim-push', seed: '1' }
    const { signal } = new AbortController()
    const wrong = { url: new URL(whole.stack.url), key: 'wrong' }
    await expect(simulate(options, wrong, signal, () => undefined)).rejects.toThrow('--key')
    await expect(simulate(options, { ...wrong, url: new URL('http://127.0.0.1:9') }, signal, () => undefined)).rejects.toThrow(
      'npm start',
    )
  })
})
