import { describe, expect, it } from 'vitest'

import type { DedupeCounts, FeedHealth } from '../../../functions/book/feed-health.ts'
import { feedFacts, feedWarnings } from '../../../functions/view/page/feed-facts.ts'
import { health } from '../client/connection-samples.ts'
import { feed, startMs } from '../client/odds-world.ts'

const facts = (parts: Partial<FeedHealth>, counts?: DedupeCounts) =>
  Object.fromEntries(feedFacts({ ...health, ...parts }, counts, startMs + 30_000).flatMap((group) => group.facts))
const titles = (parts: Partial<FeedHealth>, counts?: DedupeCounts) =>
  feedFacts({ ...health, ...parts }, counts, startMs + 30_000).map(({ title }) => title)

describe('what is known of a feed, in words', () => {
  it('tells how old its news are, and by its own clock', () => {
    expect(facts({ lagMs: 1_234 })).toMatchObject({
      'Read every': '1 min',
      'Last read': '30 s ago',
      'Last read completely': '30 s ago',
      'Behind its own clock': '1.2 s',
    })
    expect(facts({ lagMs: null, completeAtMs: null })).toMatchObject({
      'Last read completely': 'never',
      'Behind its own clock': 'it has none',
    })
    expect([-2_000, 31_000, 0].map((lagMs) => facts({ lagMs })['Behind its own clock'])).toEqual(['2 s ahead', '31 s', '0 s'])
  })

  it('says of a provider that it pushes, and when it last did', () => {
    expect(facts({ everyMs: null })).toMatchObject({ 'Read every': 'it pushes', 'Last push': '30 s ago' })
  })

  it('tells the calls that are left, when there are new ones, and when the next is made', () => {
    const quota = { remaining: 480, used: 20, resetsAtMs: startMs + 3 * 3_600_000, nextPollAtMs: startMs + 90_000 }
    expect(facts({ quota })).toMatchObject({ 'Calls left': '480 of 500', 'New quota': 'in 2 h 59 min', 'Next read': 'in 1 min' })
    const unknown = facts({ quota: { remaining: 7, used: null, resetsAtMs: null, nextPollAtMs: startMs } })
    expect(unknown).toMatchObject({ 'Calls left': '7' })
    expect(Object.keys(unknown)).not.toContain('Next read')
    expect(titles({ quota: null })).not.toContain('Quota')
  })

  it('tells duplicates in and ticks out', () => {
    const counts = { feed, sinceMs: startMs - 7_200_000, countedAtMs: startMs, fresh: 100, duplicate: 895, stale: 5, ticks: 250 }
    expect(facts({}, counts)).toMatchObject({
      'Messages in': '1,000',
      Duplicates: '895 (89.5%)',
      Stale: '5 (0.5%)',
      'Ticks out': '250',
      'Ticks a message': '0.25',
    })
    expect(titles({}, counts).at(-1)).toBe('Deduped over 2 h')
    expect(facts({}, { ...counts, fresh: 0, duplicate: 0, stale: 0, ticks: 0 })).toMatchObject({ 'Ticks a message': 'none yet' })
  })

  it('warns when what it sends is not what we know, or cannot all be read', () => {
    expect(feedWarnings(health)).toEqual([])
    const drift = { unknown: [{ field: 'market.link', count: 1_041 }], vanished: ['market.url', 'outcome.name'] }
    expect(feedWarnings({ ...health, rejected: 2, drift })).toEqual([
      '2 markets could not be read.',
      '2 fields that we knew vanished: market.url, outcome.name.',
      'A field that we do not know came: market.link (1,041).',
    ])
    const many = Array.from({ length: 40 }, (_, i) => ({ field: `f${i}`, count: 1 }))
    expect(feedWarnings({ ...health, drift: { unknown: many, vanished: [] } })[0]).toMatch(/^40 fields .* and 28 more\.$/)
  })
})
