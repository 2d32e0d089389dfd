import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { type FixtureDocument, parseFixtureDocument } from '../../functions/book/fixtures.ts'
import { putFixture } from '../../functions/collect/fixtures/put-fixture.ts'
import { spoilt } from '../support/fuzz.ts'

const body = {
  name: 'Tamber Comets @ Harwick Herons',
  startsAt: '2026-05-01T18:00:00Z',
  home: 'Harwick Herons',
  away: 'Tamber Comets',
  competition: 'Strait League',
  status: 'scheduled',
  links: [
    {
      question: 'winner',
      selections: [
        { name: 'Harwick Herons', quotes: [{ marketId: 'alpha:m1', selectionId: 'alpha:1' }] },
        { name: 'Tamber Comets', quotes: [{ marketId: 'alpha:m1', selectionId: 'alpha:2' }] },
      ],
    },
  ],
}

function schedule() {
  const kept = new Map<string, FixtureDocument>()
  const store = {
    async put(fixture: FixtureDocument) {
      const isNew = !kept.has(fixture.id)
      kept.set(fixture.id, fixture)
      return { isNew }
    },
  }
  const put = async (id: string, said: unknown) => {
    const bytes = new TextEncoder().encode(JSON.stringify(said))
    const { status, body: text } = await putFixture(id, { contentLength: null, bytes: async () => bytes }, store, () => 7)
    return { status, ...(JSON.parse(String(text)) as { detail?: string; startsAtMs?: number }) }
  }
  return { kept, put }
}

describe('a fixture that is put', () => {
  it('is kept whole, with its links, and given back; put again it is replaced', async () => {
    const { kept, put } = schedule()
    const whole = {
      id: 'g1',
      topic: 'sports',
      ...body,
      startsAt: '2026-05-01T18:00:00.000Z',
      startsAtMs: Date.UTC(2026, 4, 1, 18),
      updatedAtMs: 7,
    }
    expect(await put('g1', body)).toEqual({ ...whole, status: 'scheduled' })
    expect(kept.get('g1')).toEqual(whole)
    expect(parseFixtureDocument(kept.get('g1'))).toEqual({ ok: true, value: whole })
    await put('g1', { name: 'Moved', startsAtMs: Date.UTC(2026, 4, 2, 18), topic: 'politics', status: 'postponed' })
    expect(kept.get('g1')).toMatchObject({
      name: 'Moved',
      topic: 'politics',
      startsAt: '2026-05-02T18:00:00.000Z',
      home: null,
      links: [],
    })
  })

  it('is refused for what is wrong with it', async () => {
    const { kept, put } = schedule()
    expect(await put('a/b', body)).toMatchObject({ status: 400, detail: expect.stringContaining('none of them /') })
    expect(await put('g1', { ...body, name: undefined })).toMatchObject({ status: 400, detail: 'name: missing' })
    expect(await put('g1', { ...body, name: ' ' })).toMatchObject({ status: 400, detail: 'name: empty' })
    expect(await put('g1', { ...body, id: 'g2' })).toMatchObject({ status: 400, detail: 'id: not g1, to which it was put' })
    expect(await put('g1', { ...body, startsAt: 'soon' })).toMatchObject({
      status: 400,
      detail: expect.stringContaining('as in 2026-05-01'),
    })
    expect(await put('g1', { ...body, links: [{ question: 'winner' }] })).toMatchObject({
      status: 400,
      detail: 'links.0.selections: missing',
    })
    expect(await put('g1', { ...body, competition: 'x'.repeat(300_000) })).toMatchObject({ status: 413 })
    expect(kept.size).toBe(0)
  })

  it('is kept or refused whatever is wrong with it, and never kept so that it cannot be read', async () => {
    await fc.assert(
      fc.asyncProperty(spoilt(body), async ({ body: broken }) => {
        const { kept, put } = schedule()
        const { status } = await put('g1', broken)
        const stored = kept.get('g1')
        expect(stored === undefined ? status : 200).toBe(stored === undefined ? 400 : 200)
        if (stored !== undefined) expect(parseFixtureDocument(stored).ok).toBe(true)
      }),
      { numRuns: 400 },
    )
  })
})
