import { describe, expect, it } from 'vitest'

import { noDrift } from '../../functions/book/feed-health.ts'
import { type TickDocument, tickDocuments } from '../../functions/book/documents.ts'
import { parseBoardMessage, type BoardMessage } from '../../functions/book/wire.ts'
import { judge } from '../../functions/dedupe/judge.ts'
import { fanoutFeeds, fanoutTicks } from '../../functions/fanout/fanout.ts'
import { quoted, snapshotOf } from '../support/arbitrary.ts'

function recorder() {
  const sent: { group: string; message: BoardMessage }[] = []
  return { sent, send: async (group: string, message: BoardMessage) => void sent.push({ group, message }) }
}

function ticksOf(market: string, selections: number, name = 'Selection'): TickDocument[] {
  const all = Array.from({ length: selections }, (_, i) => ({ ...quoted(`s${i}`, { last: 0.5 }), name: `${name} ${i}` }))
  const verdict = judge(snapshotOf(market, 1_000, { selections: all }), undefined, undefined, 2_000)
  return verdict.kind === 'fresh' ? tickDocuments(verdict.ticks, verdict.book, 60) : []
}

/** What the store adds to a document of ours. */
const stored = (document: object) => ({ ...document, _rid: 'x', _self: 'y', _etag: '"z"', _ts: 1, _lsn: 5 })

describe('fanout', () => {
  it('sends one frame to the topic and one to each market, that any browser can read', async () => {
    const to = recorder()
    const page = [...ticksOf('m', 3), ...ticksOf('a.b', 2)].map(stored)
    expect(await fanoutTicks(page, to, () => 3_000)).toMatchObject({ ticks: 5, markets: 2, frames: 3, unreadable: [] })
    expect(to.sent.map(({ group }) => group)).toEqual([
      'odds.politics',
      'odds.politics.testfeed:m',
      'odds.politics.testfeed:a%2Eb',
    ])
    for (const { message } of to.sent) expect(parseBoardMessage(structuredClone(message))).toEqual({ ok: true, value: message })
  })

  it('passes over books and over what it cannot read, and says so (I7)', async () => {
    const to = recorder()
    const poison = { ...ticksOf('m', 1)[0], seq: 'seven' }
    const report = await fanoutTicks([{ id: 'book', type: 'book' }, null, poison, ...ticksOf('n', 1)], to, () => 3_000)
    expect(report.ticks).toBe(1)
    expect(report.unreadable).toEqual(['seq: expected number'])
    expect(to.sent).toHaveLength(2)
  })

  it('cuts a large page into frames that Web PubSub takes', async () => {
    const to = recorder()
    const page = Array.from({ length: 40 }, (_, i) => ticksOf(`m${i}`, 99, 'long '.repeat(100))).flat()
    await fanoutTicks(page, to, () => 3_000)
    const topic = to.sent.filter(({ group }) => group === 'odds.politics')
    expect(topic.length).toBeGreaterThan(2)
    for (const { message } of to.sent) expect(JSON.stringify(message).length).toBeLessThan(1_000_000)
    expect(topic.flatMap(({ message }) => (message.kind === 'delta' ? message.markets : []))).toHaveLength(40)
  })

  it('throws when a send fails, so that the page comes again', async () => {
    const send = async () => Promise.reject(new Error('429'))
    await expect(fanoutTicks(ticksOf('m', 1), { send }, () => 3_000)).rejects.toThrow('429')
  })

  it('tells of the feeds that were polled, as they are stored, without what is not for browsers', async () => {
    const to = recorder()
    const health = { feed: 'predictit', everyMs: 1_000, polledAtMs: 5, completeAtMs: 5, changedAtMs: null, failure: null }
    const counts = { markets: 1, selections: 2, published: 3, unchanged: 4, rejected: 5, lagMs: 7, quota: null, drift: noDrift }
    const made = { feed: 'predictit', sinceMs: 1, countedAtMs: 5, fresh: 1, duplicate: 2, stale: 3, ticks: 4 }
    const unreadable = await fanoutFeeds(
      [
        stored({ id: 'predictit', ...health, ...counts, openMarkets: ['x'] }),
        { id: 'dedupe:predictit', type: 'dedupe-counts', ...made },
        { id: 'broken' },
      ],
      to,
      () => 3_000,
    )
    expect(unreadable).toHaveLength(1)
    expect(to.sent).toEqual([
      {
        group: 'odds.feeds',
        message: { v: 1, kind: 'feeds', sentAtMs: 3_000, feeds: [{ ...health, ...counts }], counts: [made] },
      },
    ])
  })
})
