import path from 'node:path'
import { pathToFileURL } from 'node:url'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { betfairFixture, type BetfairMessage, betfairMessages } from './support/betfair.ts'
import { type BetfairServer, betfairServer } from './support/betfair-server.ts'
import { builtApp, eventually, readOdds, startWhole, type WholeStack } from './support/whole-stack.ts'

const worker = [{ name: 'stream', file: path.resolve(import.meta.dirname, '../scripts/stream.ts') }]
const race = 'betfair:1.9001'
const [image, delta] = betfairMessages() as [BetfairMessage, BetfairMessage]

const bookOf = async ({ database }: WholeStack, marketId: string) =>
  (await readOdds(database)).books.find((book) => book.marketId === marketId)
const backs = async (whole: WholeStack) =>
  (await bookOf(whole, race))?.selections.map(({ quotes: [quote] }) => quote?.back ?? '–').join(' ')

describe('the worker of streamed feeds, beside the whole system', () => {
  let whole: WholeStack
  afterAll(() => whole.stop())
  beforeAll(async () => {
    const env = { FEEDS: 'betfair', BETFAIR_URL: pathToFileURL(betfairFixture).href }
    whole = await startWhole(await builtApp(), env, worker)
  })

  it('follows what FEEDS names: the stream’s last word is in the store, every tick on the way to it, and the feed’s health', async () => {
    await eventually('the race is settled', async () => (await bookOf(whole, race))?.status === 'settled')
    const { books, ticks } = await eventually('all is stored', async () => {
      const odds = await readOdds(whole.database)
      return odds.ticks.length === 18 && odds
    })
    expect(books.map(({ marketId, topic, status }) => `${marketId} ${topic} ${status}`).sort()).toEqual([
      'betfair:1.9001 sports settled',
      'betfair:1.9002 politics open',
    ])
    const kinds = ticks.filter(({ marketId }) => marketId === race).map(({ kind }) => kind)
    expect(kinds.filter((kind) => kind === 'suspended' || kind === 'in-play' || kind === 'settled')).toEqual([
      'suspended',
      'suspended',
      'in-play',
      'settled',
      'settled',
    ])
    const { feeds } = (await whole.api('/api/feeds')) as { feeds: { feed: string; everyMs: number | null; markets: number }[] }
    expect(feeds).toMatchObject([{ feed: 'betfair', markets: 1 }])
  })
})

describe('the worker of streamed feeds, killed', () => {
  let whole: WholeStack
  let server: BetfairServer
  beforeAll(async () => {
    server = await betfairServer()
    const env = { FEEDS: 'betfair', BETFAIR_URL: server.url, BETFAIR_KEY: 'key', BETFAIR_SESSION: 'session' }
    whole = await startWhole(await builtApp(), env, worker)
  })
  afterAll(async () => {
    await whole.stop()
    await server[Symbol.asyncDispose]()
  })

  it('comes back, begins with everything, and neither loses what changed meanwhile nor what is gone (I5, I10)', async () => {
    const first = await server.subscribed(1)
    first.caller.says(image)
    first.caller.says(delta)
    await eventually('it is stored', async () => (await backs(whole)) === '1.9 4.2 9')
    whole.kill('stream')
    const second = await server.subscribed(2)
    expect(second.subscription).not.toHaveProperty('clk')
    const change = [{ id: 501, bdatb: [[0, 7, 3]] }]
    second.caller.says({ ...image, pt: image.pt + 20_000, mc: [{ ...image.mc?.[0], rc: change }] })
    await eventually('it is stored', async () => (await backs(whole)) === '– 7 –')
    const vote = await eventually('the other is gone', async () => {
      const book = await bookOf(whole, 'betfair:1.9002')
      return book?.selections.every(({ quotes }) => quotes.every(({ status }) => status === 'removed')) === true && book
    })
    expect(vote.status).toBe('closed')
  })
})
