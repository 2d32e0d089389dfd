import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { bookmakerOf } from '../../functions/book/ids.ts'
import { parseSnapshotMessage } from '../../functions/book/wire.ts'
import { fixtureOf } from '../../functions/collect/fixtures/put-fixture.ts'
import { readItems } from '../../functions/collect/push/read.ts'
import { feed, gone, quoted, snapshotOf } from '../support/arbitrary.ts'
import { type JsonValue, spoilt } from '../support/fuzz.ts'
import { type Check, publishedCheck } from '../support/schema-check.ts'

const nowMs = 2_000
const asJson = (value: unknown) => JSON.parse(JSON.stringify(value)) as JsonValue

const quotes = [
  { last: 0.5, back: 0.6, lay: 0.4, point: -1.5, status: 'suspended', publishedAtMs: 900 },
  { last: null, outcome: 'won', status: 'settled', bookmaker: bookmakerOf('beta') },
] as const
const market = asJson(
  snapshotOf('m', 1_000, { startsAtMs: 5_000, selections: [quoted('a', quotes[0]), quoted('b', { ...quotes[1], point: null })] }),
)
const whole = { ...(market as object), schema: 'urn:oddscast:snapshot-message:1.4', unchangedUntilMs: 900 } as JsonValue

/** What a schema cannot say, in the parser's words. Each is in the schema's description. */
const beyondSchemas = [
  /^startsAt: /,
  /^id: not /,
  /, to which it was pushed$/,
  /: not one of feed /,
  / quoted twice by /,
  /: .* is no (probability|decimal|american) price$/,
  / ahead of our clock$/,
]

function expectSame(check: Check, body: JsonValue, reason: string | undefined) {
  if (reason !== undefined && beyondSchemas.some((beyond) => beyond.test(reason))) return
  const complaint = check(body)
  expect(complaint === undefined ? 'accepted' : 'refused', `${complaint ?? reason}`).toBe(
    reason === undefined ? 'accepted' : 'refused',
  )
}

describe('a message that others write is taken by its parser and by its schema, or by neither', () => {
  const check = publishedCheck('snapshot-message')
  const parserSays = (body: JsonValue) => {
    const parsed = parseSnapshotMessage(body, nowMs)
    return parsed.ok ? undefined : parsed.reason
  }

  it.each([
    ['a market', whole],
    ['a market that is gone', asJson(gone('m', 1_000))],
  ])('however it is spoilt: %s', (_what, body) => {
    expectSame(check, body, parserSays(body))
    fc.assert(
      fc.property(spoilt(body), ({ body: broken }) => expectSame(check, broken, parserSays(broken))),
      { numRuns: 3_000 },
    )
  })

  it('also when it is pushed, with less in it', () => {
    const pushCheck = publishedCheck('odds-push')
    const least = {
      marketId: 7,
      topic: 'politics',
      priceFormat: 'decimal',
      market: { name: 'M' },
      selections: [{ id: 1, name: 'A', quotes: [{ bookmaker: 'b', back: 1.5 }] }],
    }
    const pushSays = (body: JsonValue) => {
      const [item] = readItems({ shape: 'own', items: [body] }, feed, nowMs).items
      return item?.ok === false ? item.rejected.reason : undefined
    }
    for (const body of [asJson(least), { ...(whole as object), feed }, asJson(gone('m', 1_000))] as JsonValue[]) {
      expect(pushSays(body)).toBeUndefined()
      for (const pushed of [body, [body, body], { markets: [body] }] as JsonValue[]) expect(pushCheck(pushed)).toBeUndefined()
      fc.assert(
        fc.property(spoilt(body), ({ body: broken }) => expectSame(pushCheck, broken, pushSays(broken))),
        { numRuns: 2_000 },
      )
    }
  })

  it('also a fixture', () => {
    const fixtureCheck = publishedCheck('fixture-push')
    const fixtureSays = (body: JsonValue) => {
      const parsed = fixtureOf('f1', body, nowMs)
      return parsed.ok ? undefined : parsed.reason
    }
    const quotes = [{ marketId: 'testfeed:m', selectionId: 'testfeed:a' }]
    const links = [{ question: 'winner', selections: [{ name: 'A', quotes }] }]
    const body = {
      id: 'f1',
      name: 'A at B',
      startsAt: '2026-05-01T18:00:00Z',
      status: 'in-play',
      home: 'B',
      topic: 'politics',
      links,
    }
    expectSame(fixtureCheck, body, fixtureSays(body))
    fc.assert(
      fc.property(spoilt(body), ({ body: broken }) => expectSame(fixtureCheck, broken, fixtureSays(broken))),
      { numRuns: 2_000 },
    )
  })

  /** All that there is; whoever validates by a schema alone lets these through, and the parser does not. */
  it.each<[string, object, RegExp | string]>([
    ['ids of another feed', { marketId: 'another:m' }, /not one of feed/],
    [
      'a selection quoted twice by one bookmaker',
      { selections: [quoted('a', { last: 0.5 }), quoted('a', { last: 0.6 })] },
      /quoted twice/,
    ],
    ['a price that is none in its format', { selections: [quoted('a', { last: 7 })] }, /is no probability price/],
    ['a clock that runs ahead', { asOfMs: 1e9 }, /ahead of our clock/],
    [
      'a text of which JSON Schema counts the characters, and the parser their halves',
      { marketId: `testfeed:${'🏈'.repeat(200)}` },
      /not an id/,
    ],
  ])('except for %s', (_what, more, reason) => {
    const body = asJson({ ...(market as object), ...more })
    expect(check(body)).toBeUndefined()
    expect(parserSays(body)).toMatch(reason)
  })
})
