import { describe, expect, it } from 'vitest'

import { isOfUnknownKind, parseBoardMessage, parseMarketDelta, parseSnapshotMessage } from '../../functions/book/wire.ts'
import { quoted, snapshotOf } from '../support/arbitrary.ts'

const message = snapshotOf('m', 1_000, { selections: [quoted('a', { last: 0.5 })] })
const tick = {
  seq: 1,
  kind: 'moved',
  selectionId: 'testfeed:a',
  selectionName: 'A',
  bookmaker: 'alpha',
  marketStatus: 'open',
  observedAtMs: 1_000,
  storedAtMs: 2_000,
}
const delta = (...ticks: object[]) => ({ id: 'testfeed:m', from: 1, to: ticks.length, status: 'open', ticks })
const alert = {
  id: 'x',
  topic: 'sports',
  marketId: 'testfeed:m',
  marketName: 'M',
  headline: 'Something',
  size: 0.1,
  observedAtMs: 1_000,
  evidence: [],
}
const board = (more: object) => ({ v: 1, topic: 'sports', sentAtMs: 3_000, ...more })

describe('what a newer sender says', () => {
  it.each([undefined, 'urn:oddscast:snapshot-message:1.0', 'urn:oddscast:snapshot-message:1.37'])(
    'is read whatever the minor version: %s',
    (schema) => {
      const sent = { ...message, schema, market: { ...('market' in message ? message.market : {}), weather: 'fair' } }
      expect(parseSnapshotMessage(JSON.parse(JSON.stringify(sent)), 1_000)).toMatchObject({ ok: true, value: message })
    },
  )

  it.each([
    [{ v: 2 }, 'v: version 2, and this reader takes 1'],
    [{ v: '1' }, 'v: expected number'],
    [
      { schema: 'urn:oddscast:snapshot-message:2.0' },
      '"urn:oddscast:snapshot-message:2.0" is none of urn:oddscast:snapshot-message:1.*',
    ],
    [{ schema: 'urn:oddscast:snapshot-message:1.0.1' }, 'is none of'],
    [
      { schema: 'urn:oddscast:board-message:1.0' },
      '"urn:oddscast:board-message:1.0" is none of urn:oddscast:snapshot-message:1.*',
    ],
    [{ schema: null }, 'schema: expected'],
  ])('is refused where it is another message, or another major version, with a reason that names it: %o', (more, reason) => {
    expect(parseSnapshotMessage({ ...message, ...more }, 1_000)).toEqual({ ok: false, reason: expect.stringContaining(reason) })
    expect(parseBoardMessage(board({ kind: 'delta', markets: [], v: 2 }))).toMatchObject({ ok: false })
  })

  it('keeps a reason short and on one line, whatever the message calls its schema', () => {
    const parsed = parseSnapshotMessage({ ...message, schema: 'x\n'.repeat(9_000) }, 1_000)
    expect(parsed.ok ? '' : parsed.reason).toMatch(/^schema: .{1,300}$/)
  })

  it('is a move, where the kind of a tick is none that the reader knows', () => {
    const read = parseMarketDelta(delta(tick, { ...tick, kind: 'weather-changed', back: 0.4 }))
    expect(read).toMatchObject({ ok: true, value: { ticks: [{ kind: 'moved' }, { kind: 'moved', back: 0.4 }] } })
    expect(parseMarketDelta(delta({ ...tick, kind: 'No Word' }))).toEqual({ ok: false, reason: 'ticks.0.kind: not a word' })
  })

  it('is passed over alone, where it is an alert of another kind', () => {
    const alerts = [
      { ...alert, kind: 'weather' },
      { ...alert, kind: 'move' },
    ]
    expect(parseBoardMessage(board({ kind: 'alert', alerts }))).toMatchObject({ ok: true, value: { alerts: [{ kind: 'move' }] } })
    expect(parseBoardMessage(board({ kind: 'alert', alerts: [{ ...alert, kind: 7 }] }))).toMatchObject({ ok: false })
  })

  it('is passed over, where it is a message of another kind; what has no kind is unreadable', () => {
    expect(isOfUnknownKind(board({ kind: 'weather' }))).toBe(true)
    for (const known of ['delta', 'feeds', 'alert']) expect(isOfUnknownKind(board({ kind: known }))).toBe(false)
    for (const broken of [board({}), board({ kind: 7 }), null, 'text', []]) expect(isOfUnknownKind(broken)).toBe(false)
  })
})
