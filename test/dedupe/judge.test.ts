import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { StoredBook } from '../../functions/book/documents.ts'
import type { Tick } from '../../functions/book/tick.ts'
import type { SnapshotMessage } from '../../functions/book/wire.ts'
import { judge } from '../../functions/dedupe/judge.ts'
import { gone, messages, quoted, snapshotOf } from '../support/arbitrary.ts'
import { valuesOf, valuesOfTicks } from '../support/replay.ts'

const at = (sequence: number) => ({ partition: '0', sequence })

function judgeAll(all: readonly SnapshotMessage[], start?: StoredBook) {
  let book = start
  const ticks: Tick[] = []
  all.forEach((message, i) => {
    const verdict = judge(message, at(i), book, 5_000 + i)
    if (verdict.kind !== 'fresh') return
    book = verdict.book
    ticks.push(...verdict.ticks)
  })
  return { book, ticks }
}

const kindsOf = (...all: SnapshotMessage[]) => judgeAll(all).ticks.map(({ kind, seq }) => `${seq} ${kind}`)

describe('judge', () => {
  it('counts a market in from 1 without holes (I1), to a book that its ticks give again (I11)', () => {
    fc.assert(
      fc.property(messages('m'), (all) => {
        const { book, ticks } = judgeAll(all)
        expect(ticks.map(({ seq }) => seq)).toEqual(ticks.map((_, i) => i + 1))
        expect(valuesOf(book)).toEqual(valuesOfTicks(ticks))
      }),
    )
  })

  it('finds nothing new in messages that come again, in order (I2, I5)', () => {
    fc.assert(
      fc.property(messages('m'), (all) => {
        const { book } = judgeAll(all)
        expect(judgeAll(all, book).ticks).toEqual([])
      }),
    )
  })

  it('takes a redelivered message for a duplicate even where a later one carries the same instant', () => {
    const first = snapshotOf('m', 1_000, { selections: [quoted('a', { last: 0.1 })] })
    const second = snapshotOf('m', 1_000, { selections: [quoted('a', { last: 0.5 })] })
    const { book } = judgeAll([first, second])
    expect(judge(first, at(0), book, 6_000)).toEqual({ kind: 'duplicate', because: 'redelivered' })
  })

  it('trusts a hub that was made anew and counts from nothing', () => {
    const { book } = judgeAll([gone('x', 1), gone('x', 1), snapshotOf('m', 1_000, { selections: [quoted('a', { last: 0.1 })] })])
    const later = snapshotOf('m', 2_000, { selections: [quoted('a', { last: 0.5 })] })
    expect(judge(later, at(0), book, 6_000).kind).toBe('fresh')
  })

  it('tells once a market when its fixture is moved to another time, apart from what its prices do', () => {
    const seen = (asOfMs: number, startsAtMs: number, a: number) =>
      snapshotOf('m', asOfMs, { startsAtMs, selections: [quoted('a', { back: a }), quoted('b', { back: 0.5 })] })
    const { book, ticks } = judgeAll([seen(1_000, 90_000, 0.4), seen(2_000, 95_000, 0.45), seen(3_000, 95_000, 0.45)])
    expect(ticks.map(({ kind, back, startsAtMs }) => [kind, back, startsAtMs])).toEqual([
      ['opened', 0.4, 90_000],
      ['opened', 0.5, 90_000],
      ['rescheduled', 0.4, 95_000],
      ['moved', 0.45, 95_000],
    ])
    expect(book?.fixture?.startsAtMs).toBe(95_000)
  })

  it('tells once a market when it turns in play, beside the status and the prices that come with it', () => {
    const seen = (asOfMs: number, inPlay: boolean | null, status: 'open' | 'suspended', a: number) =>
      snapshotOf('m', asOfMs, { inPlay, status, selections: [quoted('a', { back: a }), quoted('b', { back: 0.5 })] })
    const { book, ticks } = judgeAll([
      seen(1_000, null, 'open', 0.4),
      seen(2_000, false, 'open', 0.4),
      seen(3_000, false, 'suspended', 0.4),
      seen(4_000, true, 'open', 0.45),
    ])
    expect(ticks.slice(2).map(({ kind, back, inPlay }) => [kind, back, inPlay])).toEqual([
      ['suspended', 0.4, false],
      ['suspended', 0.5, false],
      ['in-play', 0.4, true],
      ['resumed', 0.45, true],
      ['resumed', 0.5, true],
    ])
    expect(book?.inPlay).toBe(true)
  })

  it('settles with how each selection ended, and settles again when that is corrected; no outcome before that', () => {
    const settled = (asOfMs: number, a: 'won' | 'lost', status: 'open' | 'settled' = 'settled') =>
      snapshotOf('m', asOfMs, { status, selections: [quoted('a', { back: 0.4, status, outcome: a })] })
    const { book, ticks } = judgeAll([settled(1_000, 'won', 'open'), settled(2_000, 'won'), settled(3_000, 'lost')])
    expect(ticks.map(({ kind, outcome }) => [kind, outcome])).toEqual([
      ['opened', null],
      ['settled', 'won'],
      ['settled', 'lost'],
    ])
    expect(book).toMatchObject({ status: 'settled', selections: [{ quotes: [{ status: 'settled', outcome: 'lost' }] }] })
  })

  it('calls what is older than the book stale, and says by how much', () => {
    const { book } = judgeAll([snapshotOf('m', 2_000, { selections: [quoted('a', { last: 0.1 })] })])
    const late = snapshotOf('m', 1_400, { selections: [quoted('a', { last: 0.5 })] })
    expect(judge(late, at(9), book, 6_000)).toEqual({ kind: 'stale', behindByMs: 600 })
  })

  it('ticks the whole life of a quote', () => {
    const say = (asOfMs: number, values: Parameters<typeof quoted>[1], status: 'open' | 'suspended' | 'settled' = 'open') =>
      snapshotOf('m', asOfMs, { status, selections: [quoted('a', values)] })
    expect(
      kindsOf(
        say(1, { back: 0.25 }),
        say(2, { back: 0.25 }),
        say(3, { back: 0.5 }),
        say(4, { back: 0.5, point: 2 }),
        say(5, { back: 0.5, point: 2 }, 'suspended'),
        say(6, { back: 0.5, point: 2 }),
        snapshotOf('m', 7, { selections: [] }),
        say(8, { back: 0.5, point: 2 }),
        gone('m', 9),
        gone('m', 10),
        say(11, { back: 0.5, point: 2 }),
        say(12, { last: 1 }, 'settled'),
      ),
    ).toEqual([
      '1 opened',
      '2 moved',
      '3 line-moved',
      '4 suspended',
      '5 resumed',
      '6 removed',
      '7 returned',
      '8 removed',
      '9 returned',
      '10 settled',
    ])
  })

  it('buries nothing that a partial snapshot lacks (I10)', () => {
    const both = snapshotOf('m', 1, { selections: [quoted('a', { last: 0.1 }), quoted('b', { last: 0.5 })] })
    expect(kindsOf(both, snapshotOf('m', 2, { complete: false, selections: [quoted('a', { last: 0.1 })] }))).toHaveLength(2)
    expect(kindsOf(both, snapshotOf('m', 2, { complete: true, selections: [quoted('a', { last: 0.1 })] }))).toContain('3 removed')
  })

  it('knows nothing to bury in a market that it never saw', () => {
    expect(judge(gone('m', 1), at(0), undefined, 6_000)).toEqual({ kind: 'duplicate', because: 'same-value' })
  })

  it('takes new names along with the next tick, and none for a tick', () => {
    const { book } = judgeAll([snapshotOf('m', 1, { selections: [quoted('a', { last: 0.1 })] })])
    const renamed = { ...quoted('a', { last: 0.1 }), name: 'New name' }
    expect(judge(snapshotOf('m', 2, { selections: [renamed] }), at(5), book, 6_000).kind).toBe('duplicate')
    const moved = judge(
      snapshotOf('m', 3, { selections: [{ ...renamed, quotes: quoted('a', { last: 0.5 }).quotes }] }),
      at(6),
      book,
      6_000,
    )
    expect(moved.kind === 'fresh' && moved.book.selections[0]?.name).toBe('New name')
  })
})
