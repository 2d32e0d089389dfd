import { describe, expect, it } from 'vitest'

import { type FeedHealth, feedState, noDrift } from '../../functions/book/feed-health.ts'
import { feedName } from '../../functions/book/ids.ts'

const health: FeedHealth = {
  feed: feedName('predictit'),
  everyMs: 30_000,
  polledAtMs: 1_000_000,
  completeAtMs: 1_000_000,
  changedAtMs: 1_000_000,
  failure: null,
  markets: 1,
  selections: 1,
  published: 1,
  unchanged: 0,
  rejected: 0,
  lagMs: null,
  quota: null,
  drift: noDrift,
}
const failure = { reason: '500', sinceMs: 1_000_000, times: 1, retryAtMs: null }

describe('feedState', () => {
  it.each([
    ['live', health, 1_020_000],
    ['quiet', { ...health, changedAtMs: 300_000 }, 1_020_000],
    ['late', health, 1_070_000],
    ['late', { ...health, failure }, 1_020_000],
    ['down', health, 1_140_000],
    ['down', { ...health, failure }, 1_140_000],
    ['late', { ...health, completeAtMs: null, failure }, 1_020_000],
    ['live', { ...health, everyMs: null }, 1_140_000],
    ['quiet', { ...health, everyMs: null }, 2_140_000],
    ['down', { ...health, completeAtMs: null, failure }, 1_140_000],
  ] as const)('is %s', (state, facts, nowMs) => {
    expect(feedState(facts, nowMs)).toBe(state)
  })
})
