import { describe, expect, it } from 'vitest'

import { createApi } from '../../../functions/view/client/api.ts'
import { bookOf, market, startMs } from './odds-world.ts'

const a = market('a/b c')

/** The API over a server that answers everything with `body`; `asked` is what it was asked. */
function serving(body: unknown, status = 200) {
  const asked: string[] = []
  let nowMs = startMs
  const fetch: typeof globalThis.fetch = async (input, init) => {
    asked.push(`${init?.method} ${input instanceof Request ? input.url : input.toString()}`)
    nowMs += 100
    return typeof body === 'string' ? new Response(body, { status }) : Response.json(body, { status })
  }
  return { api: createApi(fetch, () => nowMs), asked }
}

describe('the page’s API', () => {
  it('asks at the places the server has, with ids escaped', async () => {
    const { api, asked } = serving({})
    await Promise.all([api.negotiate(), api.feeds(), api.markets(), api.seqs(), api.book(a), api.ticks(a, 7), api.alerts()])
    expect(asked).toEqual([
      'POST /api/negotiate',
      'GET /api/feeds',
      'GET /api/markets',
      'GET /api/seqs',
      'GET /api/markets/testfeed%3Aa%2Fb%20c',
      'GET /api/markets/testfeed%3Aa%2Fb%20c/ticks?after=7',
      'GET /api/alerts',
    ])
  })

  it('learns how far the server’s clock is ahead, half the journey allowed for', async () => {
    const { api } = serving({ readAtMs: startMs + 5_050, topics: [], feeds: [] })
    expect(await api.feeds()).toMatchObject({ ok: true, value: { clockLeadMs: 5_000 } })
  })

  it('leaves out a market that cannot be read, and says why (I7)', async () => {
    const good = bookOf(a)
    const { api } = serving({ readAtMs: startMs, markets: [good, { ...good, seq: 'seven' }] })
    expect(await api.markets()).toMatchObject({
      value: { answer: { markets: [good] }, unreadable: [expect.stringContaining('seq')] },
    })
  })

  it('takes alerts one by one, and does without where a server has none', async () => {
    const alert = { id: '1', kind: 'move', topic: 'politics', marketId: a, marketName: 'A', headline: 'It moved', size: 0.1 }
    const good = { ...alert, selectionId: null, selectionName: null, tookMs: null, observedAtMs: startMs, evidence: [] }
    const { api } = serving({ alerts: [good, { ...good, kind: 'rumour' }] })
    expect(await api.alerts()).toEqual({ ok: true, value: [good] })
    expect(await serving({}, 404).api.alerts()).toMatchObject({ ok: false })
  })

  it('tells a refusal to give ticks from a failure', async () => {
    expect(await serving({ error: 'snapshot_required', reason: 'ahead' }, 410).api.ticks(a, 1)).toEqual({
      ok: false,
      refused: 'ahead',
    })
    expect(await serving('gone', 410).api.ticks(a, 1)).toEqual({ ok: false, reason: 'the server answered with status 410' })
  })

  it('gives reasons in words: the problem, the status, the unreadable answer, the missing server', async () => {
    const problem = { type: 'about:blank', title: 'No such market', status: 404, detail: 'GET /api/markets lists all' }
    const none = { ok: false, final: true, reason: 'No such market: GET /api/markets lists all' }
    expect(await serving(problem, 404).api.book(a)).toEqual(none)
    expect(await serving('<html>', 502).api.negotiate()).toEqual({ ok: false, reason: 'the server answered with status 502' })
    expect(await serving('<html>').api.negotiate()).toEqual({
      ok: false,
      final: true,
      reason: expect.stringMatching(/^an answer of the server could not be read/),
    })
    const away = createApi(
      () => Promise.reject(new TypeError('fetch failed')),
      () => startMs,
    )
    expect(await away.feeds()).toEqual({ ok: false, reason: 'the server cannot be reached' })
    const slow = createApi(
      () => Promise.reject(new DOMException('late', 'TimeoutError')),
      () => startMs,
    )
    expect(await slow.feeds()).toEqual({ ok: false, reason: 'no answer within 10 s' })
  })
})
