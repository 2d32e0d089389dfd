import { describe, expect, it } from 'vitest'

import { noDrift } from '../../functions/book/feed-health.ts'
import { bookmakerOf, feedName, marketIdOf, selectionIdOf } from '../../functions/book/ids.ts'
import type { Tick } from '../../functions/book/tick.ts'
import { linesOf } from '../../scripts/watch/lines.ts'

const feed = feedName('odds-api')
const atMs = Date.UTC(2026, 4, 13, 18, 30)
const base: Tick = {
  seq: 7,
  kind: 'moved',
  selectionId: selectionIdOf(feed, 'over'),
  selectionName: 'Over',
  bookmaker: bookmakerOf('fanduel'),
  marketStatus: 'open',
  status: 'open',
  outcome: null,
  last: null,
  back: 1.91,
  lay: null,
  point: null,
  startsAtMs: null,
  inPlay: null,
  publishedAtMs: null,
  observedAtMs: atMs,
  storedAtMs: atMs,
}
const line = (parts: Partial<Tick>) => {
  const markets = [{ id: marketIdOf(feed, 'a1'), from: 7, to: 7, status: 'open' as const, ticks: [{ ...base, ...parts }] }]
  return [...linesOf({ v: 1, kind: 'delta', topic: 'sports', sentAtMs: atMs, markets })].join('\n')
}

describe('a line of watch', () => {
  it('tells a tick with its prices and who quotes it', () => {
    expect(line({})).toBe('18:30:00.000  odds-api:a1 #7  moved       last –      back 1.91   lay –       Over (fanduel)')
  })

  it('tells the line where there is one, and what the kind alone does not', () => {
    expect(line({ kind: 'line-moved', point: 8.5 })).toContain('line-moved  ')
    expect(line({ kind: 'line-moved', point: 8.5 })).toMatch(/Over 8\.5 \(fanduel\)$/)
    expect(line({ kind: 'settled', outcome: 'won' })).toMatch(/\(fanduel\): won$/)
    expect(line({ kind: 'rescheduled', startsAtMs: atMs })).toMatch(/: starts 2026-05-13T18:30:00\.000Z$/)
    expect(line({ kind: 'in-play', inPlay: true })).toMatch(/: play began$/)
    expect(line({ kind: 'moved', startsAtMs: atMs, inPlay: true })).toMatch(/\(fanduel\)$/)
  })

  it('tells how a feed is, and what it may still ask', () => {
    const counts = { markets: 12, selections: 24, published: 0, unchanged: 12, rejected: 0, lagMs: null, drift: noDrift }
    const quota = { remaining: 480, used: 20, resetsAtMs: null, nextPollAtMs: null }
    const times = { everyMs: 60_000, polledAtMs: atMs, completeAtMs: atMs, changedAtMs: atMs, failure: null }
    const feeds = [{ feed, ...times, ...counts, quota }]
    expect([...linesOf({ v: 1, kind: 'feeds', sentAtMs: atMs, feeds, counts: [] })]).toEqual([
      '18:30:00.000  odds-api is live, 12 markets, 480 calls left',
    ])
  })
})
