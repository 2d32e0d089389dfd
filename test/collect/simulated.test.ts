import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { type QuoteKey, quoteKeyOf } from '../../functions/book/ids.ts'
import type { Snapshot } from '../../functions/book/market.ts'
import { parseSnapshot } from '../../functions/book/wire.ts'
import { simulatedFeed } from '../../functions/collect/simulated/feed.ts'
import { simulate } from '../../functions/collect/simulated/simulate.ts'

const secondMs = 1_000
const startMs = Date.UTC(2026, 2, 3, 10)
const seed = fc.string({ maxLength: 12 })
const instantMs = fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2040, 0, 1) })

describe('the simulated world', () => {
  it('is the same for every worker that has its seed and the time', () => {
    fc.assert(
      fc.property(seed, instantMs, (seed, atMs) => {
        const elsewhere = simulate(seed, atMs + 3_600_000).length
        expect(elsewhere).toBeGreaterThan(0)
        expect(simulate(seed, atMs)).toEqual(simulate(seed, atMs))
      }),
      { numRuns: 30 },
    )
  })

  it('differs from seed to seed', () => {
    expect(simulate('one', startMs)).not.toEqual(simulate('two', startMs))
  })

  it('is made of snapshots that the next stage accepts', () => {
    fc.assert(
      fc.property(seed, instantMs, (seed, atMs) => {
        const snapshots = simulate(seed, atMs)
        for (const snapshot of snapshots) expect(parseSnapshot(snapshot)).toEqual({ ok: true, value: snapshot })
        expect(new Set(snapshots.map((snapshot) => snapshot.marketId)).size).toBe(snapshots.length)
      }),
      { numRuns: 60 },
    )
  })

  it('has about two dozen political markets and a dozen fixtures', () => {
    const snapshots = simulate('seed:1', startMs)
    expect(snapshots.filter((snapshot) => snapshot.topic === 'politics')).toHaveLength(24)
    const fixtures = new Set(snapshots.flatMap(({ market }) => (market.fixture === null ? [] : [market.fixture.id])))
    expect(fixtures.size).toBeGreaterThanOrEqual(9)
    expect(fixtures.size).toBeLessThanOrEqual(12)
  })

  it('prices politics as an exchange does: whole cents, back above lay, nothing to be had for free', () => {
    fc.assert(
      fc.property(seed, instantMs, (seed, atMs) => {
        for (const { selections } of simulate(seed, atMs).filter((snapshot) => snapshot.topic === 'politics')) {
          const quotes = selections.flatMap((selection) => selection.quotes)
          for (const { last, back, lay } of quotes) {
            for (const price of [last, back, lay].filter((price) => price !== null)) {
              expect(Math.round(price * 100) / 100).toBe(price)
              expect(price).toBeGreaterThanOrEqual(0.01)
              expect(price).toBeLessThanOrEqual(0.99)
            }
            if (back !== null && lay !== null) expect(back).toBeGreaterThan(lay)
          }
          const costOfAll = quotes.reduce((sum, { back }) => sum + (back ?? 1), 0)
          expect(costOfAll).toBeGreaterThan(1 - 1e-9)
          if (quotes.every(({ back }) => back !== null)) expect(costOfAll).toBeLessThan(1.25)
          expect(quotes.reduce((sum, { lay }) => sum + (lay ?? 0), 0)).toBeLessThan(1 + 1e-9)
        }
      }),
      { numRuns: 60 },
    )
  })

  it('prices sports as bookmakers do: each keeps a margin on every market, and they differ', () => {
    fc.assert(
      fc.property(seed, instantMs, (seed, atMs) => {
        for (const { selections } of simulate(seed, atMs).filter((snapshot) => snapshot.topic === 'sports')) {
          const quotes = selections.flatMap((selection) => selection.quotes)
          for (const bookmaker of new Set(quotes.map((quote) => quote.bookmaker))) {
            const own = quotes.filter((quote) => quote.bookmaker === bookmaker)
            expect(own).toHaveLength(selections.length)
            const overround = own.reduce((sum, { back }) => sum + 1 / (back ?? Infinity), 0) - 1
            expect(overround).toBeGreaterThan(0)
            expect(overround).toBeLessThan(0.2)
          }
        }
      }),
      { numRuns: 60 },
    )
  })

  it('moves within any five seconds, and no quote faster than people could', () => {
    const moves = new Map<QuoteKey, number>()
    let total = 0
    const seconds = 600
    let before = quotesOf(simulate('seed:1', startMs))
    let stillSeconds = 0
    for (let i = 1; i <= seconds; i++) {
      const now = quotesOf(simulate('seed:1', startMs + i * secondMs))
      const moved = [...now].filter(([key, value]) => before.has(key) && before.get(key) !== value)
      for (const [key] of moved) moves.set(key, (moves.get(key) ?? 0) + 1)
      total += moved.length
      stillSeconds = moved.length === 0 ? stillSeconds + 1 : 0
      expect(stillSeconds).toBeLessThan(5)
      before = now
    }
    expect(total / seconds).toBeGreaterThan(5)
    expect(total / seconds).toBeLessThan(20)
    expect(Math.max(...moves.values())).toBeLessThan(seconds / 2)
  })

  it('shows the whole life of a market within two hours', () => {
    const kinds = new Set<string>()
    let before = new Map<string, Snapshot>()
    for (let atMs = startMs; atMs < startMs + 2 * 3_600_000; atMs += 5 * secondMs) {
      const now = new Map(simulate('seed:1', atMs).map((snapshot) => [snapshot.marketId as string, snapshot]))
      for (const [id, snapshot] of now) {
        const last = before.get(id)
        if (last === undefined) kinds.add('listed')
        else if (last.market.status !== snapshot.market.status) kinds.add(`${last.market.status} → ${snapshot.market.status}`)
        else if (pointOf(last) !== pointOf(snapshot)) kinds.add('line moved')
      }
      for (const [id, last] of before) if (!now.has(id)) kinds.add(`${last.market.status} → gone`)
      before = now
    }
    expect([...kinds].sort()).toEqual([
      'closed → gone',
      'line moved',
      'listed',
      'open → closed',
      'open → suspended',
      'suspended → open',
    ])
  })

  it('keeps its prices while a market is suspended', () => {
    let checked = 0
    for (let atMs = startMs; atMs < startMs + 3_600_000; atMs += 7 * secondMs) {
      const suspended = simulate('seed:1', atMs).filter((snapshot) => snapshot.market.status === 'suspended')
      const after = new Map(simulate('seed:1', atMs + secondMs).map((snapshot) => [snapshot.marketId, snapshot]))
      for (const snapshot of suspended) {
        const next = after.get(snapshot.marketId)
        if (next?.market.status !== 'suspended') continue
        expect(JSON.stringify(next.selections)).toBe(JSON.stringify(snapshot.selections))
        checked++
      }
    }
    expect(checked).toBeGreaterThan(50)
  })

  it('is read like any other feed', async () => {
    const feed = simulatedFeed({ url: 'seed:1', everyMs: secondMs })
    const poll = await feed.poll({ observedAtMs: startMs, validators: null, signal: new AbortController().signal })
    expect(poll).toEqual({ kind: 'complete', snapshots: simulate('seed:1', startMs), rejected: [], validators: null })
  })
})

const pointOf = (snapshot: Snapshot) => snapshot.selections[0]?.quotes[0]?.point

function quotesOf(snapshots: readonly Snapshot[]): Map<QuoteKey, string> {
  const all = snapshots.flatMap((snapshot) => snapshot.selections)
  return new Map(
    all.flatMap(({ id, quotes }) =>
      quotes.map(({ bookmaker, ...value }) => [quoteKeyOf(id, bookmaker), JSON.stringify(value)] as const),
    ),
  )
}
