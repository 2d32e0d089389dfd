import { describe, expect, it } from 'vitest'

import { type MarketId, quoteKeyOf } from '../../../functions/book/ids.ts'
import type { History, HistoryAsked } from '../../../functions/view/page/history-api.ts'
import { Recall } from '../../../functions/view/page/recall.ts'
import { Tracks } from '../../../functions/view/page/tracks.ts'
import { bookmaker, market, OddsWorld, selection, startMs } from '../client/odds-world.ts'

const halfHour = 30 * 60_000
const [a, b, c] = [market('a'), market('b'), market('c')]

function rig() {
  const world = new OddsWorld()
  for (const id of [a, b, c]) {
    world.open(id)
    world.tick(id, 'x', { last: 0.5 })
  }
  const asked: [market: MarketId, asked: HistoryAsked][] = []
  const waiting: (() => void)[] = []
  const answers: ((ok: boolean) => void)[] = []
  const tracks = new Tracks()
  const history: History = {
    fromMs: startMs - 48 * halfHour,
    toMs: startMs,
    stepMs: halfHour,
    lines: [
      {
        selectionId: selection('x'),
        selectionName: 'x',
        bookmaker,
        side: 'last',
        before: { atMs: 0, price: 0.2 },
        steps: {
          atMs: [startMs - 2 * halfHour, startMs - halfHour],
          open: [0.2, 0.3],
          high: [0.4, 0.3],
          low: [0.2, 0.3],
          close: [0.3, null],
        },
      },
    ],
  }
  const recall = new Recall({
    fetch: (market, what) => {
      asked.push([market, what])
      return new Promise((resolve) => {
        answers.push((ok) => resolve(ok ? { ok, value: history } : { ok, reason: 'away' }))
      })
    },
    tracks,
    bookOf: (id) => world.books.get(id),
    nowMs: () => startMs + 7_000,
    after: (_, wake) => void waiting.push(wake),
  })
  return {
    recall,
    tracks,
    asked,
    wait: () => waiting.splice(0).forEach((wake) => wake()),
    answer: async (ok = true) => {
      answers.shift()?.(ok)
      await new Promise((resolve) => setImmediate(resolve))
    },
  }
}

describe('what was before the page was opened', () => {
  it('is asked for one market at a time, of those that are still looked at after a moment, once each', async () => {
    const { recall, asked, wait, answer } = rig()
    recall.wish([a, b])
    recall.wish([b, c])
    wait()
    expect(asked.map(([id]) => id)).toEqual([b])
    await answer()
    await answer()
    expect(asked.map(([id]) => id)).toEqual([b, c])
    recall.wish([b, c])
    wait()
    expect(asked).toHaveLength(2)
  })

  it('is asked for in the same words by all browsers of the same half hour', () => {
    const { recall, asked, wait } = rig()
    recall.wish([a])
    wait()
    expect(asked[0]?.[1]).toEqual({ fromMs: startMs - 48 * halfHour, toMs: startMs, bookmaker: undefined, step: '30m' })
  })

  it('goes into the tracks', async () => {
    const { recall, tracks, wait, answer } = rig()
    recall.wish([a])
    wait()
    await answer()
    expect(tracks.of(a, quoteKeyOf(selection('x'), bookmaker))?.steps).toEqual({
      atMs: [startMs - 48 * halfHour, startMs - 1.5 * halfHour],
      chances: [0.2, 0.3],
    })
  })

  it('is left for a while when it cannot be had, and asked for again', async () => {
    const { recall, asked, wait, answer } = rig()
    recall.wish([a, b])
    wait()
    await answer(false)
    expect(asked).toHaveLength(1)
    recall.wish([b])
    wait()
    wait()
    expect(asked.map(([id]) => id)).toEqual([a, b])
  })
})
