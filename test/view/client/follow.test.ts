import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket as OtherWebSocket } from 'ws'

import { topicOf } from '../../../functions/book/ids.ts'
import { type Followed, follow, type FollowOptions } from '../../../functions/view/client/follow.ts'
import { type BoardServer, startBoardServer } from '../page/board-server.ts'
import { bookOf, market } from './odds-world.ts'

const [a, b, sport] = [market('a'), market('b'), market('sport')]
const soon = { timeout: 5_000, interval: 5 }

let server: BoardServer
const boards: Followed[] = []
beforeEach(async () => {
  server = await startBoardServer()
  for (const id of [a, b]) server.world.open(id)
  server.world.put(bookOf(sport, { topic: topicOf('sports') }))
  for (const id of [a, b, sport]) server.world.tick(id, 'x', { last: 0.5 })
})
afterEach(async () => {
  for (const board of boards.splice(0)) board.stop()
  await server[Symbol.asyncDispose]()
})

async function following(options: FollowOptions = {}): Promise<{ board: Followed; told: string[] }> {
  const told: string[] = []
  const board = follow(`${server.url}/`, {
    onTick: ({ market, selection, quote, kind, changes }) => {
      const went = changes.map(({ side, from, to }) => ` ${side} ${from}→${to}`).join('')
      told.push(`${market.name} ${selection.name} ${quote.bookmaker} ${kind}${went}`)
    },
    onMarket: ({ name, seq }) => told.push(`${name} at ${seq}`),
    onGone: (id) => told.push(`${id} gone`),
    onState: ({ words }) => told.push(words),
    ...options,
  })
  boards.push(board)
  await board.snapshot()
  await expect.poll(() => board.state.state, soon).toBe('live')
  told.length = 0
  return { board, told }
}
const shown = (board: Followed) => [...board.markets.values()].toSorted((p, q) => (p.marketId < q.marketId ? -1 : 1))
const stored = () => [...server.world.books.values()].toSorted((p, q) => (p.marketId < q.marketId ? -1 : 1))

describe('who follows the board', () => {
  it('has it whole, and hears of each change, with its market and selection', async () => {
    const { board, told } = await following()
    expect(shown(board)).toEqual(stored())
    expect(board.market(a)?.selections[0]?.quotes[0]?.last).toBe(0.5)
    expect(board.market('nobody:knows')).toBeUndefined()
    await server.send([server.world.tick(a, 'x', { last: 0.6 })])
    await expect.poll(() => told, soon).toEqual(['testfeed:a at 2', 'testfeed:a x testfeed moved last 0.5→0.6'])
    expect(shown(board)).toEqual(stored())
  })

  it('hears in words what the connection does', async () => {
    const words: string[] = []
    const { board } = await following({ onState: (state) => void words.push(state.words) })
    expect(words).toEqual(['Connecting', 'Taking a snapshot', 'Live'])
    expect(board.state).toEqual({ state: 'live', tone: 'good', words: 'Live' })
    board.stop()
    expect(words.at(-1)).toBe('Stopped')
  })

  it('follows some topics, and is told of no other', async () => {
    const { board, told } = await following({ topics: ['sports'] })
    expect(shown(board).map(({ marketId }) => marketId)).toEqual([sport])
    expect(server.asked).toContain('GET /api/markets?topic=sports')
    await server.send([server.world.tick(a, 'x', { last: 0.6 }), server.world.tick(sport, 'x', { last: 0.7 })])
    await expect.poll(() => told, soon).toContain('testfeed:sport x testfeed moved last 0.5→0.7')
    expect(told.join('\n')).not.toContain('testfeed:a')
    expect(server.asked.filter((asked) => asked.includes('/ticks'))).toEqual([])
  })

  it('follows some markets, through groups of their own', async () => {
    const { board, told } = await following({ markets: [a, 'testfeed:not-there-yet'] })
    expect(shown(board).map(({ marketId }) => marketId)).toEqual([a])
    expect(server.asked).not.toContain('GET /api/markets')
    await server.send([server.world.tick(b, 'x', { last: 0.1 }), server.world.tick(a, 'x', { last: 0.9 })])
    await expect.poll(() => told, soon).toEqual(['testfeed:a at 2', 'testfeed:a x testfeed moved last 0.5→0.9'])
    server.world.open(market('not-there-yet'))
    await server.send([server.world.tick(market('not-there-yet'), 'y', { last: 0.2 })])
    await expect.poll(() => told, soon).toContain('testfeed:not-there-yet at 1')
  })

  it('misses nothing while it is cut off for long: asks only for what moved, and tells it', async () => {
    const { board, told } = await following()
    server.asked.length = 0
    server.webPubSub.faults.forget()
    server.world.tick(a, 'x', { last: 0.6 })
    server.world.tick(a, 'x', { last: 0.7 })
    await expect
      .poll(() => told.filter((words) => words.includes(' moved')), soon)
      .toEqual(['testfeed:a x testfeed moved last 0.5→0.7'])
    await expect.poll(() => board.state.state, soon).toBe('live')
    expect(shown(board)).toEqual(stored())
    const asked = server.asked.filter((path) => !/feeds|alerts|negotiate/.test(path))
    expect(asked).toEqual(['GET /api/seqs', 'GET /api/markets/testfeed%3Aa/ticks?after=1'])
  })

  it('hears of a market that the board no longer has', async () => {
    const { told } = await following()
    server.world.books.delete(b)
    server.webPubSub.faults.forget()
    await expect.poll(() => told, soon).toContain('testfeed:b gone')
  })

  it('goes on when a listener of theirs fails, and lets the failure be seen', async () => {
    const failures: unknown[] = []
    const { board } = await following({
      onTick: () => {
        throw new Error('theirs')
      },
      onError: (error) => failures.push(error),
    })
    await server.send([server.world.tick(a, 'x', { last: 0.6 })])
    await expect.poll(() => failures.map(String), soon).toEqual(['Error: theirs'])
    await server.send([server.world.tick(b, 'x', { last: 0.6 })])
    await expect.poll(() => shown(board), soon).toEqual(stored())
  })

  it('takes the fetch and the WebSocket that it is given', async () => {
    const asked: string[] = []
    const { board } = await following({
      WebSocket: OtherWebSocket,
      client: 'wall screen',
      fetch: (input, init) => {
        asked.push(input instanceof Request ? input.url : input.toString())
        return fetch(input, init)
      },
    })
    expect(shown(board)).toEqual(stored())
    expect(asked).toContain(`${server.url}/api/negotiate?client=wall%20screen`)
  })

  it('says why there is no snapshot when it is stopped before', async () => {
    server.failWith = 503
    const ended = new AbortController()
    const board = follow(server.url, { signal: ended.signal })
    await expect.poll(() => board.state.words, soon).toMatch(/^Reconnecting .*: Not available now: As the test asked$/)
    ended.abort()
    await expect(board.snapshot()).rejects.toThrow('Stopped before the board was there')
    expect(board.state.words).toBe('Stopped')
    expect(follow(server.url, { signal: AbortSignal.abort() }).state.words).toBe('Not started')
  })

  it('refuses to follow what cannot be', () => {
    expect(() => follow(server.url, { topics: ['politics'], markets: [a] })).toThrow('not both')
    expect(() => follow(server.url, { markets: Array.from({ length: 101 }, (_, i) => `x:${i}`) })).toThrow('more than 100')
    expect(() => follow('nowhere')).toThrow('Invalid URL')
  })
})
