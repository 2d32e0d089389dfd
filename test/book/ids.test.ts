import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { feedName, marketGroup, marketIdOf, shardOf, shards, topicGroup, topicOf } from '../../functions/book/ids.ts'

const politics = topicOf('politics')

describe('ids', () => {
  it('gives a market the same shard for ever', () => {
    // Written down, not computed: a change here would break the order per market on every running system.
    expect(['7053', '6867', '24001'].map((id) => shardOf(marketIdOf(feedName('predictit'), id)))).toMatchInlineSnapshot(`
      [
        "s4",
        "s22",
        "s24",
      ]
    `)
  })

  it('spreads markets over all shards', () => {
    const counts = new Map<string, number>()
    for (let id = 0; id < 32_000; id++) {
      const shard = shardOf(marketIdOf(feedName('predictit'), id))
      counts.set(shard, (counts.get(shard) ?? 0) + 1)
    }
    expect(counts.size).toBe(shards)
    expect(Math.max(...counts.values())).toBeLessThan(1_300)
  })

  it('makes a group of a market that is one segment below its topic, and never the same for two', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (a, b) => {
        const [first, second] = [a, b].map((id) => marketGroup(politics, marketIdOf(feedName('x'), id)))
        expect(first?.split('.')).toHaveLength(3)
        expect(first?.startsWith(`${topicGroup(politics)}.`)).toBe(true)
        expect(first === second).toBe(a === b)
      }),
    )
  })
})
