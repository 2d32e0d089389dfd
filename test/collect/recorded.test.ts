import { describe, expect, it } from 'vitest'

import { shardOf } from '../../functions/book/ids.ts'
import { collect } from '../../functions/collect/collect.ts'
import type { FeedRecord } from '../../functions/collect/feed.ts'
import { newMemory } from '../../functions/collect/memory.ts'
import { predictIt } from '../../functions/collect/predictit/raw.ts'
import { readMarkets } from '../../functions/collect/predictit/read.ts'
import { countBodies } from '../support/count.ts'
import { predictItBodies, recordingsFolder } from '../support/recordings.ts'

describe.skipIf(recordingsFolder() === undefined)('171 recorded bodies of PredictIt', () => {
  it('are read whole, and give 851 first observations and 874 changes of value, as an independent count does', async () => {
    const bodies = await predictItBodies()
    expect(bodies).toHaveLength(171)

    const values = new Map<string, string>()
    const seen = { opened: 0, changed: 0, unread: 0, published: 0, listed: 0 }
    const memory = newMemory()
    let stored: FeedRecord | undefined
    for (const body of bodies) {
      const report = await collect(
        { name: predictIt, everyMs: 120_000, poll: async (at) => readMarkets(JSON.parse(body.text), at.observedAtMs, null) },
        memory,
        {
          store: { load: async () => stored, save: async (record) => void (stored = record) },
          deadLetters: { add: async (letters) => void (seen.unread += letters.length) },
          publisher: {
            async publish(messages) {
              for (const message of messages) {
                if (message.kind === 'gone') continue
                for (const { id, quotes } of message.selections) {
                  const value = JSON.stringify(quotes.map(({ last, back, lay }) => [last, back, lay]))
                  if (!values.has(id)) seen.opened++
                  else if (values.get(id) !== value) seen.changed++
                  values.set(id, value)
                }
              }
            },
          },
        },
        { nowMs: () => body.fetchedAtMs, random: Math.random, signal: new AbortController().signal },
      )
      if (report.kind !== 'complete') throw new Error(JSON.stringify(report))
      seen.published += report.published
      seen.listed += report.published + report.unchanged
    }

    expect(seen).toMatchObject({ opened: 851, changed: 874, unread: 0 })
    expect(
      countBodies(
        (function* texts() {
          for (const body of bodies) yield body.text
        })(),
      ),
    ).toEqual({ opened: 851, changed: 874 })
    // Without the full resend every ten minutes it would be fewer still.
    expect(seen.published).toBeLessThan(seen.listed / 3)
  })

  it('are stamped by PredictIt at most three minutes before they were fetched', async () => {
    for (const { fetchedAtMs, text } of (await predictItBodies()).filter((_, i) => i % 20 === 0)) {
      const poll = readMarkets(JSON.parse(text), fetchedAtMs, null)
      if (poll.kind !== 'complete') throw new Error(poll.kind)
      for (const { publishedAtMs } of poll.snapshots) {
        expect(fetchedAtMs - (publishedAtMs ?? 0)).toBeGreaterThan(0)
        expect(fetchedAtMs - (publishedAtMs ?? 0)).toBeLessThan(180_000)
      }
    }
  })

  it('spread over the shards, so that no batch grows too large', async () => {
    const [first] = await predictItBodies()
    const poll = readMarkets(JSON.parse(first?.text ?? ''), 1, null)
    if (poll.kind !== 'complete') throw new Error(poll.kind)
    expect(new Set(poll.snapshots.map((snapshot) => shardOf(snapshot.marketId))).size).toBeGreaterThan(24)
  })
})
