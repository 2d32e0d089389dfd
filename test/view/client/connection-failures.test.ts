import { describe, expect, it } from 'vitest'

import type { Connection } from '../../../functions/view/client/connection.ts'
import { describe as inWords } from '../../../functions/view/client/describe.ts'
import { step } from '../../../functions/view/client/step.ts'
import { events, health, later, live, resuming, snapshotting, states } from './connection-samples.ts'
import { startMs } from './odds-world.ts'

describe('a connection that fails', () => {
  it('waits with full jitter, twice as long each time, never above 15 s', () => {
    let state: Connection = states.connecting
    const waits: number[] = []
    for (let i = 0; i < 8; i++) {
      const failed = step({ ...states.connecting, attempt: i }, events.lost, later(0, [], 0.999))
      if (failed.state.state === 'waiting') waits.push(failed.state.untilMs - startMs)
      expect(failed.effects.map((effect) => effect.do)).toEqual(['disconnect', 'wait'])
      state = failed.state
    }
    expect(waits).toEqual([999, 1_998, 3_996, 7_992, 14_985, 14_985, 14_985, 14_985])
    expect(inWords(state, startMs, true).words).toBe('Reconnecting in 15 s: gone')
    expect(inWords(state, startMs, false).words).toBe('Reconnecting in 15 s: this device is offline')
    expect(inWords(state, startMs, true).spoken).toBe('Reconnecting: gone')
    expect(step({ ...states.connecting, attempt: 3 }, events.lost, later(0, [], 0)).state).toMatchObject({ untilMs: startMs })
    const spared = step(states.connecting, { ...events.lost, retryAfterMs: 30_000 }, later(0, [], 0))
    expect(inWords(spared.state, startMs, true).words).toBe('Reconnecting in 30 s: gone')
    for (const sign of [events.online, events.shown]) {
      expect(step(spared.state, sign, later(29_999)).state).toBe(spared.state)
      expect(step(spared.state, sign, later(30_000)).state.state).toBe('connecting')
    }
  })

  it('counts its attempts anew once it has held for a while', () => {
    expect(step(live, events.lost, later(1_000)).state).toMatchObject({ attempt: 3 })
    expect(step(live, events.lost, later(60_000)).state).toMatchObject({ attempt: 1 })
  })

  it('goes on when the wait is over, and at once when the network or the reader comes back', () => {
    expect(step(states.waiting, events.clock, later(3_999)).state.state).toBe('waiting')
    expect(step(states.waiting, events.clock, later(4_000)).state.state).toBe('connecting')
    expect(step(states.waiting, events.online, later(1)).effects).toEqual([{ do: 'connect' }])
  })

  it('doubts an open socket when the network goes or comes, or the reader returns', () => {
    for (const sign of [events.offline, events.online, events.shown]) {
      for (const state of [live, resuming, snapshotting])
        expect(step(state, sign, later(0))).toEqual({ state, effects: [{ do: 'probe' }] })
    }
  })

  it('gives up on a server that accepts and then says nothing', () => {
    expect(step(states.connecting, events.clock, later(20_001)).state.state).toBe('waiting')
  })
})

describe('a socket that drops', () => {
  it('is recovered at once, then with growing pauses, then given up after 30 s', () => {
    const first = step(live, events.dropped, later(0))
    expect(first.effects).toEqual([{ do: 'recover' }])
    const again = step(first.state, events.dropped, later(100, [], 0.999))
    expect(again.state).toMatchObject({ state: 'recovering', inner: live, tryAtMs: startMs + 1_099 })
    expect(step(again.state, events.clock, later(1_099)).effects).toEqual([{ do: 'recover' }])
    expect(step(again.state, events.shown, later(200)).effects).toEqual([{ do: 'recover' }])
    expect(step(again.state, events.clock, later(30_001)).state.state).toBe('waiting')
    expect(inWords(again.state, startMs + 2_000, true).words).toBe('Interrupted 2 s ago, resuming: gone')
    expect(inWords(again.state, startMs + 2_000, false).words).toBe('Interrupted 2 s ago, this device is offline')
  })

  it('needs no new snapshot when it is proven to be the same connection', () => {
    const dropped = step(live, events.dropped, later(0))
    expect(step(dropped.state, events.recovered, later(1_000))).toEqual({ state: live, effects: [] })
  })

  it('takes answers over HTTP meanwhile', () => {
    const dropped = step(snapshotting, events.dropped, later(0)).state
    const held = step(dropped, events.snapshotTaken, later(100))
    expect(held.state).toMatchObject({ state: 'recovering', inner: { state: 'live' } })
    expect(held.effects.map((effect) => effect.do)).toEqual(['hold', 'readFeeds', 'readAlerts'])
  })
})

describe('the heartbeat', () => {
  const silent = later(136_000)

  it('asks over HTTP when no feed was heard of for two rounds, and says so', () => {
    expect(step(live, events.clock, later(134_000)).effects).toEqual([])
    const asked = step(live, events.clock, silent)
    expect(asked.effects).toEqual([{ do: 'readFeeds' }])
    expect(step(asked.state, events.clock, later(140_000)).effects).toEqual([])
    expect(inWords(asked.state, silent.nowMs, true)).toMatchObject({
      tone: 'busy',
      words: 'Connected, but no feed has reported for 2 min',
    })
  })

  it('blames the feeds when they have not been read either', () => {
    const heard = step(live, { ...events.feedsRead, readAtMs: startMs }, later(0)).state
    const quiet = { ...events.feedsRead, readAtMs: silent.nowMs }
    expect(step(heard, quiet, silent).state.state).toBe('live')
  })

  it('blames the stream, and connects anew, when feeds were read but nothing came', () => {
    const heard = step(live, events.feedsRead, later(0)).state
    const polled = { ...health, polledAtMs: silent.nowMs - 30_000 }
    const { state } = step(heard, { type: 'feedsRead', readAtMs: silent.nowMs, feeds: [polled], counts: [] }, silent)
    expect(inWords(state, silent.nowMs, true).words).toBe('Reconnecting in 1 s: feeds report, but nothing reaches us')
  })

  it('beats with every message of feed health', () => {
    const message = { v: 1, kind: 'feeds', sentAtMs: startMs, feeds: [health], counts: [] } as const
    const heard = step(live, { type: 'message', message: { ...message, feeds: [...message.feeds], counts: [] } }, later(100_000))
    expect(heard.effects).toEqual([{ do: 'showFeeds', feeds: [health], counts: [] }])
    expect(step(heard.state, events.clock, silent).effects).toEqual([])
  })

  it('follows the fastest feed that is not down', () => {
    const fast = { ...health, everyMs: 5_000 }
    const dead = { ...health, everyMs: 1_000, polledAtMs: 1, completeAtMs: 1 }
    const { state } = step(live, { ...events.feedsRead, feeds: [health, fast, dead] }, later(0))
    expect(state).toMatchObject({ heartbeat: { everyMs: 5_000 } })
  })
})
