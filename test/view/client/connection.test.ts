import { describe, expect, it } from 'vitest'

import { type Connection, type Effect, type Event, initial } from '../../../functions/view/client/connection.ts'
import { describe as inWords } from '../../../functions/view/client/describe.ts'
import { step } from '../../../functions/view/client/step.ts'
import { a, answer, comparing, delta, events, later, live, resuming, said, states } from './connection-samples.ts'
import { bookOf, market, startMs } from './odds-world.ts'

describe('the way to a board without holes', () => {
  it('joins, then takes the snapshot, then applies what came in meanwhile and reaches beyond it (I4)', () => {
    const { took, effects } = walk(initial, [
      events.start,
      events.joined,
      said(delta(5, 5)),
      said(delta(6, 6)),
      { type: 'snapshotTaken', turn: 2, answer },
    ])
    expect(took).toEqual(['connecting', 'snapshotting', 'snapshotting', 'snapshotting', 'live'])
    expect(effects.map((effect) => effect.do)).toEqual(['connect', 'takeSnapshot', 'hold', 'readFeeds', 'readAlerts', 'apply'])
    expect(effects.find((effect) => effect.do === 'apply')).toEqual({ do: 'apply', deltas: [delta(6, 6)] })
  })

  it('holds what it has against the server’s seqs, and asks for the ticks of what has moved on', () => {
    const before = [bookOf(a, { seq: 5 }), bookOf(market('b'), { seq: 5 }), bookOf(market('gone'), { seq: 5 })]
    const { state } = step(states.connecting, events.joined, later(0, before, 0.5, startMs - 1))
    expect(state).toEqual({ ...comparing, turn: 8 })
    const behind = { ...events.seqsRead, turn: 8, seqs: new Map([...seqs(5, 'a'), ...seqs(7, 'b'), ...seqs(3, 'new')]) }
    const resumed = step(state, behind, later(0, before))
    expect(resumed.state).toMatchObject({ state: 'resuming', turn: 8 })
    expect(resumed.effects).toEqual([
      { do: 'forget', markets: [market('gone')] },
      { do: 'fetchTicks', market: market('b'), after: 5 },
      { do: 'fetchBook', market: market('new') },
      { do: 'readFeeds' },
      { do: 'readAlerts' },
    ])
    expect(inWords(resumed.state, startMs, true).words).toBe('Catching up 2 markets')
  })

  it('asks for nothing that has come in while it compared', () => {
    const buffered = [delta(7, 7), delta(6, 6)]
    const caughtUp = step({ ...comparing, buffered }, { ...events.seqsRead, seqs: seqs(6) }, later(0))
    expect(caughtUp.state.state).toBe('live')
    expect(caughtUp.effects[0]).toEqual({ do: 'apply', deltas: [delta(6, 6), delta(7, 7)] })
    const part = step({ ...comparing, buffered: [delta(6, 6), delta(9, 9)] }, { ...events.seqsRead, seqs: seqs(7) }, later(0))
    expect(part.effects.slice(0, 2)).toEqual([
      { do: 'apply', deltas: [delta(6, 6)] },
      { do: 'fetchTicks', market: a, after: 6 },
    ])
    expect(inWords(part.state, startMs, true).words).toBe('Catching up a market: ticks 7 to 8 are missing')
    const nothing = step(comparing, { ...events.seqsRead, seqs: seqs(5) }, later(0))
    expect(nothing.effects).toEqual([{ do: 'readFeeds' }, { do: 'readAlerts' }])
  })

  it('asks a server that is behind the board whether it has started over', () => {
    const behind = step(comparing, { ...events.seqsRead, seqs: seqs(2) }, later(0))
    expect(behind.effects[0]).toEqual({ do: 'fetchTicks', market: a, after: 5 })
    const over = step(behind.state, { ...events.ticksRefused, reason: 'ahead' }, later(0))
    expect(inWords(over.state, startMs, true).words).toBe('Catching up a market: the server has started over')
    const caught = step(over.state, { type: 'bookFetched', book: bookOf(a, { seq: 2 }) }, later(0))
    expect(caught.effects).toEqual([{ do: 'holdBook', book: bookOf(a, { seq: 2 }), how: 'always' }])
  })

  it('takes the book of a market that the server has begun anew, whichever seq it has got to, and in place of ours', () => {
    const anew = bookOf(a, { seq: 5, openedAtMs: startMs + 9 })
    const asked = step(comparing, { ...events.seqsRead, seqs: new Map([[a, { seq: 5, openedAtMs: startMs + 9 }]]) }, later(0))
    expect(asked.effects).toContainEqual({ do: 'fetchBook', market: a })
    const caught = step(asked.state, { type: 'bookFetched', book: anew }, later(0))
    expect(caught.effects).toContainEqual({ do: 'holdBook', book: anew, how: 'always' })
  })

  it('sees by news under an old number that the server counts anew, and by old news under it nothing', () => {
    const said = delta(2, 2)
    const at = (observedAtMs: number): Event => ({
      type: 'message',
      message: {
        v: 1,
        kind: 'delta',
        topic: 'politics',
        sentAtMs: startMs,
        markets: [{ ...said, ticks: said.ticks.map((tick) => ({ ...tick, observedAtMs })) }],
      },
    })
    expect(step(live, at(startMs), later(0)).effects).toEqual([])
    expect(step(live, at(startMs + 1), later(0)).effects).toEqual([{ do: 'fetchBook', market: a }])
  })

  it('takes the whole snapshot where too many have moved on, where seqs cannot be had, and where the last one is long ago', () => {
    const many = new Map(Array.from({ length: 33 }, (_, i) => [market(`m${i}`), { seq: 1, openedAtMs: startMs }] as const))
    expect(step(comparing, { ...events.seqsRead, seqs: many }, later(0)).state).toMatchObject({
      state: 'snapshotting',
      turn: 8,
      reason: '33 markets missed ticks',
    })
    expect(step(comparing, events.seqsFailed, later(0)).effects).toEqual([{ do: 'takeSnapshot', turn: 8 }])
    const old = later(3_600_001, undefined, 0.5, startMs)
    expect(step(states.connecting, events.joined, old).state.state).toBe('snapshotting')
  })

  it('compares anew when another connection carries on, and takes no answer to the comparison before', () => {
    const moment = later(0, undefined, 0.5, startMs)
    const { state } = step({ ...comparing, buffered: [delta(6, 6)] }, events.joined, moment)
    expect(state).toEqual({ ...comparing, turn: 8, buffered: [delta(6, 6)] })
    expect(step(state, events.seqsRead, moment)).toEqual({ state, effects: [] })
    const dropped = step(live, events.dropped, moment).state
    expect(step(dropped, events.joined, moment).state).toMatchObject({ state: 'comparing', attempt: 2 })
  })

  it('shows a market no longer whose book cannot be had, however often it is asked for', () => {
    const final = { ...events.fetchFailed, final: true }
    const book = step(resuming, final, later(0))
    expect(book.effects).toEqual([{ do: 'fetchBook', market: a }])
    const gone = step(book.state, final, later(0))
    expect(gone).toMatchObject({ state: { state: 'live' }, effects: [{ do: 'forget', markets: [a] }] })
  })

  it('does not take the answer to an earlier question for a snapshot', () => {
    const before = { type: 'snapshotTaken', turn: 6, answer } as const
    expect(step(states.snapshotting, before, later(0))).toEqual({ state: states.snapshotting, effects: [] })
  })

  it('asks for the ticks of a market with a hole, and for those only', () => {
    const { state, effects } = step(
      live,
      said(delta(8, 9), delta(6, 6, 'b')),
      later(0, [bookOf(a, { seq: 5 }), bookOf(market('b'), { seq: 5 })]),
    )
    expect(effects).toEqual([
      { do: 'apply', deltas: [delta(6, 6, 'b')] },
      { do: 'fetchTicks', market: a, after: 5 },
    ])
    expect(inWords(state, startMs, true).words).toBe('Catching up a market: ticks 6 to 7 are missing')
  })

  it('closes a hole by what turns up late as well as by the answer', () => {
    const late = step(resuming, said(delta(6, 7)), later(0))
    expect(late.state.state).toBe('live')
    expect(late.effects).toEqual([{ do: 'apply', deltas: [delta(6, 7), delta(8, 8)] }])
  })

  it('asks on while the answer does not reach what waits', () => {
    const part = step(resuming, { type: 'ticksFetched', delta: delta(6, 6) }, later(0))
    expect(part.state.state).toBe('resuming')
    expect(part.effects).toEqual([
      { do: 'apply', deltas: [delta(6, 6)] },
      { do: 'fetchTicks', market: a, after: 6 },
    ])
  })

  it('starts a market again from its book when its ticks are gone, and says why', () => {
    const refused = step(resuming, events.ticksRefused, later(0))
    expect(refused.effects).toEqual([{ do: 'fetchBook', market: a }])
    expect(inWords(refused.state, startMs, true).words).toBe('Catching up a market: its missed ticks have expired')
    const book = bookOf(a, { seq: 7 })
    const caught = step(refused.state, { type: 'bookFetched', book }, later(0))
    expect(caught.state.state).toBe('live')
    expect(caught.effects).toEqual([
      { do: 'holdBook', book, how: 'ifNewer' },
      { do: 'apply', deltas: [delta(8, 8)] },
    ])
  })

  it('does not thread deltas onto a book that is older than the one it holds', () => {
    const asked = step(resuming, events.ticksRefused, later(0)).state
    const { state, effects } = step(asked, { type: 'bookFetched', book: bookOf(a, { seq: 4 }) }, later(0))
    expect(state.state).toBe('resuming')
    expect(effects).toEqual([{ do: 'holdBook', book: bookOf(a, { seq: 4 }), how: 'ifNewer' }])
  })

  it('asks again, later each time, when a question fails; then for the book; then for everything', () => {
    let state: Connection = { ...resuming, sinceMs: startMs - 60_000 }
    const asked: string[] = []
    for (let s = 0; s < 60 && state.state === 'resuming'; s++) {
      const failure = step(state, events.fetchFailed, later(s * 1_000))
      const retried = failure.state.state === 'resuming' ? step(failure.state, events.clock, later((s + 1) * 1_000)) : failure
      asked.push(...retried.effects.map((effect) => effect.do))
      asked.push(...failure.effects.filter((effect) => effect.do === 'fetchBook').map((effect) => effect.do))
      state = retried.state
    }
    expect(new Set(asked)).toEqual(new Set(['fetchTicks', 'fetchBook', 'takeSnapshot']))
    expect(asked.at(-1)).toBe('takeSnapshot')
    expect(inWords(state, startMs, true).words).toBe('Taking a new snapshot: a market could not be caught up: no answer')
  })

  it('fetches the book of a market it has never heard of, and of one that opens a selection it does not know', () => {
    const unknown = step(live, said(delta(1, 1, 'new')), later(0))
    expect(unknown.effects).toEqual([{ do: 'fetchBook', market: market('new') }])
    expect(unknown.state.state).toBe('resuming')
    const opening = { ...delta(6, 6), ticks: delta(6, 6).ticks.map((tick) => ({ ...tick, kind: 'opened' as const })) }
    const opened = step(live, said(opening), later(0))
    expect(opened.state.state).toBe('live')
    expect(opened.effects).toEqual([
      { do: 'apply', deltas: [opening] },
      { do: 'fetchBook', market: a },
    ])
  })

  it('takes everything anew when more waits than may be kept (I9)', () => {
    const steady = { ...resuming, sinceMs: startMs - 60_000 }
    const ticks = Array.from({ length: 5_001 }, () => delta(9, 9).ticks).flat()
    const { state, effects } = step(steady, said({ ...delta(9, 9), ticks }), later(0))
    expect(state).toMatchObject({ state: 'snapshotting', turn: 8, reason: 'too many ticks are waiting' })
    expect(effects).toEqual([{ do: 'takeSnapshot', turn: 8 }])
  })

  it('takes a new snapshot when a message could not be read, but not one right after the other for ever', () => {
    expect(step({ ...live, sinceMs: startMs - 10_000 }, events.missed, later(0)).state.state).toBe('snapshotting')
    expect(step({ ...live, attempt: 1 }, events.missed, later(0)).state).toMatchObject({ state: 'snapshotting', attempt: 2 })
    const soon = step(live, events.missed, later(0))
    expect(soon.state).toMatchObject({ state: 'waiting', attempt: 3, reason: 'unreadable' })
  })
})

const seqs = (seq: number, name = 'a') => new Map([[market(name), { seq, openedAtMs: startMs }]])

function walk(from: Connection, story: readonly Event[]): { took: string[]; effects: Effect[] } {
  const took: string[] = []
  const effects: Effect[] = []
  let state = from
  for (const event of story) {
    const next = step(state, event, later(0, []))
    state = next.state
    took.push(state.state)
    effects.push(...next.effects)
  }
  return { took, effects }
}
