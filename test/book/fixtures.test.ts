import { describe, expect, it } from 'vitest'

import { parseFixtureDocument } from '../../functions/book/fixtures.ts'

const quote = (feed: string, id: string) => ({ marketId: `${feed}:m1`, selectionId: `${feed}:${id}` })
const winner = {
  question: 'winner',
  selections: [
    { name: 'Harwick Herons', quotes: [quote('alpha', 'a'), quote('beta', '7')] },
    { name: 'Tamber Comets', quotes: [quote('alpha', 'b'), quote('beta', '8')] },
  ],
}
const stored = {
  id: 'g1',
  topic: 'sports',
  name: 'Tamber Comets @ Harwick Herons',
  startsAt: '2026-05-01T18:00:00.000Z',
  startsAtMs: Date.UTC(2026, 4, 1, 18),
  status: 'scheduled',
  home: 'Harwick Herons',
  away: 'Tamber Comets',
  competition: null,
  links: [winner],
  updatedAtMs: 1,
}

describe('a stored fixture', () => {
  it('is read back as it is, without what the store adds', () => {
    expect(parseFixtureDocument({ ...stored, _etag: '"1"', _ts: 5 })).toEqual({ ok: true, value: stored })
  })

  it('may lack all but what it is and when', () => {
    const { id, topic, name, startsAt, startsAtMs, updatedAtMs } = stored
    expect(parseFixtureDocument({ id, topic, name, startsAt, startsAtMs, updatedAtMs })).toMatchObject({
      value: { status: 'scheduled', home: null, away: null, competition: null, links: [] },
    })
  })

  it('ties a selection of a market to one answer of a question, never to two', () => {
    const twice = structuredClone(winner)
    twice.selections[1]?.quotes.push(quote('beta', '7'))
    expect(parseFixtureDocument({ ...stored, links: [twice] })).toEqual({
      ok: false,
      reason: 'links: "winner" has beta:7 of beta:m1 twice',
    })
    expect(parseFixtureDocument({ ...stored, links: [winner, winner] })).toEqual({
      ok: false,
      reason: 'links: "winner" is there twice',
    })
  })
})
