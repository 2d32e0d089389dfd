import { expect, it } from 'vitest'

import type { HubEvent } from '../../functions/connect/hub-events.ts'
import { BookCache } from '../../functions/dedupe/book-cache.ts'
import { type BookStore, dedupe } from '../../functions/dedupe/dedupe.ts'
import type { BatchBegan, DedupeWatch } from '../../functions/dedupe/watch.ts'
import { quoted, snapshotOf } from '../support/arbitrary.ts'

const marked = (digit: string) => `00-${digit.repeat(32)}-${digit.repeat(16)}-01`

let sequence = 0
function event(market: string, asOfMs: number, last: number, more: object = {}): HubEvent {
  const message = { ...snapshotOf(market, asOfMs, { selections: [quoted('a', { last })] }), ...more }
  return { body: new TextEncoder().encode(JSON.stringify(message)), partition: '0', sequence: sequence++ }
}

/** A store that takes everything, and what it was given. */
function storing(saved: (traceparent: string | undefined) => void): BookStore {
  return {
    load: async () => ({ kind: 'absent' }),
    async save(_held, _write, traceparent) {
      saved(traceparent)
      return { kind: 'saved', etag: '1' }
    },
  }
}
const deadLetters = { add: async () => undefined }

it('tells who watches what a batch follows from, and marks what it saves; a mark is no value', async () => {
  const began: BatchBegan[] = []
  const marks: (string | undefined)[] = []
  const watch: DedupeWatch = {
    batch: (all, act) => {
      began.push(all)
      return act({ traceparent: marked('9'), saving: (act) => act() })
    },
  }
  const events = [
    event('m', 1, 0.5, { traceparent: marked('1') }),
    event('m', 2, 0.5, { traceparent: marked('2') }),
    event('n', 1, 0.5, { traceparent: marked('1') }),
    event('n', 2, 0.25),
  ]
  const books = storing((mark) => marks.push(mark))
  const report = await dedupe(events, { books, deadLetters, watch }, new BookCache(), () => 10)
  expect(began).toEqual([{ startedAtMs: 10, events: 4, markets: 2, causes: new Set([marked('1'), marked('2')]) }])
  expect(marks).toEqual([marked('9'), marked('9')])
  expect(report).toMatchObject({ fresh: 3, duplicate: 1, ticks: 3 })
})

it('marks nothing where nobody watches', async () => {
  const marks: (string | undefined)[] = []
  const books = storing((mark) => marks.push(mark))
  await dedupe([event('m', 1, 0.5, { traceparent: marked('1') })], { books, deadLetters }, new BookCache(), () => 10)
  expect(marks).toEqual([undefined])
})

it('counts of each fresh message how long it took from clock to clock, and of no other', async () => {
  const clocks = (publishedAtMs: number | null, observedAtMs: number) => ({ publishedAtMs, observedAtMs })
  const events = [
    event('m', 1, 0.5, clocks(1_000, 3_000)),
    event('m', 2, 0.5, clocks(1_000, 4_000)),
    event('m', 3, 0.25, clocks(null, 9_990)),
    event('m', 1, 0.75, clocks(1, 2)),
  ]
  const { fresh, duplicate, stale, lags } = await dedupe(
    events,
    { books: storing(() => undefined), deadLetters },
    new BookCache(),
    () => 10_000,
  )
  expect({ fresh, duplicate, stale }).toEqual({ fresh: 2, duplicate: 1, stale: 1 })
  expect(JSON.parse(JSON.stringify(lags))).toEqual({
    publishedToObserved: [[2_000, 1]],
    observedToStored: [
      [10, 1],
      [8_000, 1],
    ],
  })
})
