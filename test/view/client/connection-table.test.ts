import { describe, expect, it } from 'vitest'

import { type Connection, type Event, initial } from '../../../functions/view/client/connection.ts'
import { describe as inWords } from '../../../functions/view/client/describe.ts'
import { step } from '../../../functions/view/client/step.ts'
import { events, later, states } from './connection-samples.ts'
import { startMs } from './odds-world.ts'

/** Where each state goes at each event, one second after it began; what is not listed changes nothing of the state's name. */
const goes: Record<Connection['state'], Partial<Record<Event['type'], Connection['state']>>> = {
  closed: { start: 'connecting' },
  waiting: { stop: 'closed', online: 'connecting', shown: 'connecting' },
  connecting: { stop: 'closed', joined: 'comparing', dropped: 'waiting', lost: 'waiting' },
  snapshotting: {
    stop: 'closed',
    dropped: 'recovering',
    lost: 'waiting',
    missed: 'waiting',
    snapshotTaken: 'live',
    snapshotFailed: 'waiting',
  },
  comparing: {
    stop: 'closed',
    dropped: 'recovering',
    lost: 'waiting',
    missed: 'waiting',
    seqsRead: 'live',
    seqsFailed: 'snapshotting',
  },
  live: { stop: 'closed', joined: 'comparing', dropped: 'recovering', lost: 'waiting', missed: 'waiting', message: 'resuming' },
  resuming: {
    stop: 'closed',
    joined: 'comparing',
    dropped: 'recovering',
    lost: 'waiting',
    missed: 'waiting',
    ticksFetched: 'live',
    bookFetched: 'live',
  },
  recovering: { stop: 'closed', joined: 'comparing', recovered: 'live', lost: 'waiting', missed: 'waiting' },
}

describe('the table of the connection', () => {
  for (const state of Object.values(states)) {
    it(`says what ${state.state} does at every event, and every outcome has words`, () => {
      const outcome = Object.fromEntries(
        Object.values(events).map((event) => {
          const next = step(state, event, later(1_000, undefined, 0.5, startMs))
          expect(inWords(next.state, startMs + 1_000, true).words).not.toBe('')
          return [event.type, next.state.state]
        }),
      )
      const same = Object.fromEntries(Object.keys(events).map((type) => [type, state.state]))
      expect(outcome).toEqual({ ...same, ...goes[state.state] })
    })
  }

  it('asks for nothing while it is closed', () => {
    const asked = Object.values(events).filter((event) => step(initial, event, later(0)).effects.length > 0)
    expect(asked).toEqual([events.start])
  })
})
