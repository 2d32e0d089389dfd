import { describe, expect, it } from 'vitest'

import { type HandClock, handClock } from '../../infra/local/clock.ts'
import { fixtureOf } from '../../scripts/seed.ts'
import { optionsOf } from '../../scripts/simulate.ts'
import type { PutAnswer } from '../../scripts/simulate/board.ts'
import { gamesOn, upcomingGames } from '../../scripts/simulate/games.ts'
import { bodyOf, type Shape, updates } from '../../scripts/simulate/odds.ts'
import { startPusher } from '../../scripts/simulate/pusher.ts'
import { pushing } from '../support/pushing.ts'

const atMs = Date.UTC(2026, 4, 1, 12)

describe('simulated odds', () => {
  it.each<Shape>(['own', 'aws'])('of shape %s are all taken, and each changes something', async (shape) => {
    const desk = pushing()
    desk.clock.advance(atMs - desk.clock.nowMs())
    const standings = updates(upcomingGames(atMs, 6), '1')
    const kinds = new Set<string>()
    for (let i = 0; i < 2_000; i++) {
      const before = desk.ticks.length
      const answer = await desk.put('sim-push', bodyOf(shape, [standings.next().value], desk.clock.nowMs()))
      expect(answer).toMatchObject({ status: 202, rejected: 0 })
      expect(desk.ticks.length).toBeGreaterThan(before)
      desk.clock.advance(20)
    }
    for (const { kind } of desk.ticks) kinds.add(kind)
    const expected = ['moved', 'opened', 'resumed', 'suspended']
    expect([...kinds].sort()).toEqual(shape === 'aws' ? ['line-moved', ...expected] : expected)
    expect(desk.books.size).toBe(6)
  })

  it('are the same for the same seed', () => {
    const first = (seed: string) => {
      const endless = updates(upcomingGames(atMs, 3), seed)
      return Array.from({ length: 50 }, () => endless.next().value)
    }
    expect(first('1')).toEqual(first('1'))
    expect(first('1')).not.toEqual(first('2'))
  })

  it('are of games to come, which are the fixtures that are seeded', () => {
    const games = upcomingGames(atMs, 20)
    expect(games.every(({ startsAtMs }) => startsAtMs > atMs)).toBe(true)
    expect(new Set(games.map(({ id }) => id)).size).toBe(20)
    expect(gamesOn(atMs)).toEqual(gamesOn(atMs + 3_600_000))
    expect(games.slice(0, 1).map((game) => fixtureOf(game, 'sim-push'))).toMatchObject([
      { links: [{ question: 'winner' }, { question: 'spread' }] },
    ])
  })
})

/** A pusher at 50 a second, whose board answers as `answer` says after `tookMs`. */
function pusher(rate = 50) {
  const self = {
    clock: handClock(),
    bodies: [] as { first: number; count: number }[],
    lines: [] as string[],
    refused: [] as string[],
    answer: (count: number): PutAnswer => ({ kind: 'taken', status: 202, accepted: count, rejected: 0 }),
    tookMs: 5,
    async run(ms: number) {
      for (let i = 0; i < ms; i += 5) {
        self.clock.advance(5)
        for (let turn = 0; turn < 6; turn++) await Promise.resolve()
      }
    },
    start() {
      let made = 0
      return startPusher({
        rate,
        clock: self.clock,
        body(count) {
          const body = { first: made, count }
          made += count
          return body
        },
        async put(body) {
          self.bodies.push(body as { first: number; count: number })
          await later(self.clock, self.tookMs)
          return self.answer((body as { count: number }).count)
        },
        say: (line) => void self.lines.push(line),
        onRefused: (why) => void self.refused.push(why),
      })
    },
  }
  return self
}
const later = (clock: HandClock, ms: number) => new Promise<void>((resolve) => clock.after(ms, resolve))

describe('the pusher', () => {
  it.each([0.5, 7, 50, 400])('keeps the rate of %d a second, and says how it goes', async (rate) => {
    const self = pusher(rate)
    const running = self.start()
    await self.run(20_000)
    const { sent, accepted } = running.totals()
    expect(Math.abs(sent - 20 * rate)).toBeLessThanOrEqual(Math.max(1, rate * 0.06))
    expect(accepted).toBe(sent)
    expect(self.bodies.length).toBeLessThanOrEqual(20 * 20 + 1)
    expect(self.lines[0]).toMatch(
      /^\d\d:\d\d:\d\d {2}\d+ sent \([\d.]+\/s\) {2}\d+ accepted {2}0 rejected {2}p50 \d+ ms {2}p99 \d+ ms$/,
    )
  })

  it('rests as long as it is told, then sends first what was not taken, and does not catch up', async () => {
    const self = pusher()
    const running = self.start()
    await self.run(1_000)
    const taken = self.answer
    self.answer = () => ({ kind: 'again', afterMs: 4_000, why: '429' })
    await self.run(100)
    self.answer = taken
    const before = self.bodies.length
    await self.run(3_800)
    expect(self.bodies).toHaveLength(before)
    expect(self.lines).toEqual([expect.stringContaining('rests for 4 s: 429')])
    await self.run(1_200)
    const stopped = running.stop()
    await self.run(10)
    await stopped
    const { sent } = running.totals()
    expect(sent).toBeGreaterThan(80)
    expect(sent).toBeLessThan(130)
    const received = new Set(self.bodies.map(({ first }) => first))
    expect(self.bodies.length).toBeGreaterThan(received.size)
    expect(sent).toBe(Math.max(...self.bodies.map(({ first, count }) => first + count)))
  })

  it('has at most sixteen requests under way, however slow the board', async () => {
    const self = pusher()
    self.tookMs = 60_000
    self.start()
    await self.run(10_000)
    expect(self.bodies).toHaveLength(16)
  })

  it('ends when it is refused, or when nobody was ever there; later it waits for whom it has heard of', async () => {
    const refused = pusher()
    refused.answer = () => ({ kind: 'refused', status: 401, why: 'wrong key' })
    refused.start()
    await refused.run(1_000)
    expect(refused.refused).toEqual(['wrong key'])

    const nobody = pusher()
    nobody.answer = () => ({ kind: 'nobody', why: 'no board' })
    nobody.start()
    await nobody.run(1_000)
    expect(nobody.refused).toEqual(['no board'])

    const restarted = pusher()
    const taken = restarted.answer
    restarted.start()
    await restarted.run(1_000)
    restarted.answer = () => ({ kind: 'nobody', why: 'no board' })
    await restarted.run(3_000)
    const before = restarted.bodies.length
    restarted.answer = taken
    await restarted.run(3_000)
    expect(restarted.refused).toEqual([])
    expect(restarted.bodies.length).toBeGreaterThan(before + 30)
  })
})

describe('npm run simulate', () => {
  it('reads its options, and says what it takes instead of a wrong one', () => {
    expect(optionsOf(['--rate', '5', '--for', '30s', '--shape', 'aws'])).toMatchObject({
      rate: 5,
      forMs: 30_000,
      shape: 'aws',
      markets: 12,
    })
    expect(optionsOf(['--for', '2m'])).toMatchObject({ rate: 50, forMs: 120_000, feed: 'sim-push', url: undefined })
    expect(optionsOf(['--help'])).toBe('help')
    const wrong = { rate: '0', for: 'long', shape: 'xml', markets: '1.5', feed: 'My Feed' }
    for (const [name, value] of Object.entries(wrong)) expect(() => optionsOf([`--${name}`, value])).toThrow(`--${name} takes`)
  })
})
