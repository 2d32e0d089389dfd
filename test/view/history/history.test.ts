import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { TickDocument } from '../../../functions/book/documents.ts'
import { bookmakerOf, marketIdOf } from '../../../functions/book/ids.ts'
import { getHistory, type HistoryAnswer } from '../../../functions/view/api/history.ts'
import type { Side } from '../../../functions/view/history/lines.ts'
import { feed, gone, messages, quoted, snapshotOf } from '../../support/arbitrary.ts'
import { type Asking, asking, jsonIn, portsOf } from '../../support/asking.ts'
import { type OddsInCosmos, oddsInCosmos } from '../../support/odds-in-cosmos.ts'
import { publishedCheck } from '../../support/schema-check.ts'
import { stepsOf } from '../../support/steps-model.ts'

let odds: OddsInCosmos
beforeAll(async () => {
  odds = await oddsInCosmos()
})
afterAll(() => odds.close())

const nowMs = 100_000
const get = (market: string, search = '', more: Asking = {}) =>
  asking(portsOf({ odds: async () => odds.store, nowMs: () => nowMs }))(getHistory, search, {
    ...more,
    params: { id: marketIdOf(feed, market) },
  })
const answerTo = async (market: string, search = '') => jsonIn(await get(market, search)) as HistoryAnswer
const iso = (ms: number) => new Date(ms).toISOString()
const check = publishedCheck('history-answer')

/** What the answer should be, of all ticks there are. */
function expected(ticks: readonly TickDocument[], { fromMs, toMs, stepMs }: HistoryAnswer, side: Side | 'auto') {
  const lines = Map.groupBy(ticks, ({ selectionId, bookmaker }) => `${selectionId} ${bookmaker}`)
  return [...lines].flatMap(([name, all]) => {
    const within = all.filter(({ observedAtMs }) => observedAtMs < toMs)
    const held = within.findLast(({ observedAtMs }) => observedAtMs < fromMs)
    const told = (of: Side) =>
      within.map((tick) => ({ atMs: tick.observedAtMs, price: tick.status === 'open' ? tick[of] : null, point: tick.point }))
    const isTraded =
      (held !== undefined && held.last !== null) || stepsOf(told('last'), { fromMs, toMs, stepMs }).last.some((p) => p !== null)
    const chosen = side === 'auto' ? (isTraded ? 'last' : 'back') : side
    if (within.length === 0) return []
    const before =
      held === undefined
        ? null
        : { atMs: held.observedAtMs, price: held.status === 'open' ? held[chosen] : null, point: held.point }
    return [{ name, side: chosen, before, steps: stepsOf(told(chosen), { fromMs, toMs, stepMs }) }]
  })
}

describe('the history of a market, on Cosmos DB', () => {
  it('is what all of its ticks together say, whichever window and step is asked for', async () => {
    let market = 0
    await fc.assert(
      fc.asyncProperty(
        messages('m', { maxLength: 30 }),
        fc.array(
          fc.record({
            from: fc.nat({ max: 70 }),
            length: fc.integer({ min: 1, max: 70 }),
            step: fc.constantFrom('raw', 'auto', '1s', '2s', '7s'),
            side: fc.constantFrom('auto' as const, 'last' as const, 'back' as const, 'lay' as const),
            isLive: fc.boolean(),
          }),
          { minLength: 4, maxLength: 8 },
        ),
        async (story, questions) => {
          const name = `story-${market++}`
          const marketId = marketIdOf(feed, name)
          const slower = story.map((message) => {
            const atMs = 1_000 + (message.asOfMs - 1_000) * 1_000
            return { ...message, marketId, asOfMs: atMs, observedAtMs: atMs }
          })
          if (slower[0]?.kind !== 'market') return
          await odds.say(slower)
          const ticks = await odds.ticksOf(marketId)
          if (ticks.length === 0) return
          for (const { from, length, step, side, isLive } of questions) {
            const span = `from=${1_000 + from * 1_000}&to=${isLive ? iso(nowMs + 5_000) : iso(1_000 + (from + length) * 1_000)}`
            const reply = await get(
              name,
              `${span.replace(/from=(\d+)/, (_, ms: string) => `from=${iso(Number(ms))}`)}&step=${step}&side=${side}`,
            )
            const answer = jsonIn(reply) as HistoryAnswer
            expect([reply.status, check(answer)]).toEqual([200, undefined])
            const given = answer.lines.map(({ selectionId, bookmaker, side, before, steps }) => ({
              name: `${selectionId} ${bookmaker}`,
              side,
              before,
              steps,
            }))
            const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1)
            expect(given.toSorted(byName)).toEqual(expected(ticks, answer, side).toSorted(byName))
          }
        },
      ),
      { numRuns: 60 },
    )
    expect(odds.unreadable).toEqual([])
  })

  const second = 1_000
  const at = (seconds: number, values: Parameters<typeof quoted>[1], selection = 'a') =>
    ({ seconds, selection: quoted(selection, values) }) as const
  const tell = (market: string, all: readonly ReturnType<typeof at>[]) =>
    odds.say(
      all.map(({ seconds, selection }) => snapshotOf(market, seconds * second, { complete: false, selections: [selection] })),
    )

  it('begins with what held before, however long ago, and ends where the book is', async () => {
    await tell('quiet', [at(1, { last: 0.5 }), at(50, { last: 0.25 }, 'b'), at(90, { last: 0.75 }, 'b')])
    expect(await answerTo('quiet', `from=${iso(80_000)}&step=1s`)).toMatchObject({
      marketName: 'Market quiet',
      priceFormat: 'probability',
      fromMs: 80_000,
      toMs: nowMs,
      stepMs: 1_000,
      seq: 3,
      lines: [
        { selectionName: 'Selection b', before: { atMs: 50_000, price: 0.25 }, steps: { atMs: [90_000], open: [0.75] } },
        { selectionName: 'Selection a', before: { atMs: 1_000, price: 0.5 }, steps: { atMs: [] } },
      ],
    })
  })

  it('shows a suspended quote and a withdrawn one as a gap, and never as a price (I8)', async () => {
    await tell('gaps', [at(10, { last: 0.5 }), at(20, { last: 0.5, status: 'suspended' }), at(30, { last: 0.75 })])
    await odds.say([gone('gaps', 40_000)])
    const { lines } = await answerTo('gaps', `from=${iso(1_000)}&step=raw`)
    expect(lines).toMatchObject([
      { before: null, steps: { atMs: [10_000, 20_000, 30_000, 40_000], close: [0.5, null, 0.75, null] } },
    ])
  })

  it('takes the last price where it is told, and the one to back at where it is not, unless another is asked for', async () => {
    const beta = bookmakerOf('beta')
    await tell('sides', [at(10, { last: 0.5, back: 0.25, lay: 0.1 }), at(11, { bookmaker: beta, back: 0.75, lay: 0.1 })])
    const sidesOf = ({ lines }: HistoryAnswer) => lines.map(({ bookmaker, side, steps }) => [bookmaker, side, ...steps.close])
    expect(sidesOf(await answerTo('sides'))).toEqual([
      ['alpha', 'last', 0.5],
      ['beta', 'back', 0.75],
    ])
    expect(sidesOf(await answerTo('sides', 'side=lay&bookmaker=beta'))).toEqual([['beta', 'lay', 0.1]])
  })

  it('goes back to the first tick that is kept, and tells what is known of what has expired', async () => {
    await tell('expired', [at(1, { last: 0.1 }), at(2, { last: 0.25 }), at(30, { last: 0.5 }), at(60, { last: 0.75 })])
    const container = odds.database.container('odds')
    for (const seq of [1, 2]) await container.item(`t:${String(seq).padStart(12, '0')}`, marketIdOf(feed, 'expired')).delete()
    expect(await answerTo('expired', 'from=first&step=raw')).toMatchObject({
      fromMs: 30_000,
      lines: [{ before: null, steps: { atMs: [30_000, 60_000] } }],
    })
  })

  it('looks for what held before the ticks that do not name it, as older ones do not', async () => {
    await tell('older', [at(1, { last: 0.1 }), at(2, { last: 0.25 }, 'b'), at(60, { last: 0.75 })])
    const marketId = marketIdOf(feed, 'older')
    for (const { previousSeq: _, ...tick } of await odds.ticksOf(marketId))
      await odds.database.container('odds').items.upsert(tick)
    expect(await answerTo('older', `from=${iso(50_000)}&selection=testfeed:a`)).toMatchObject({
      lines: [{ before: { atMs: 1_000, price: 0.1 }, steps: { close: [0.75] } }],
    })
  })

  it('is not read again for whoever holds it, and a tick makes it another', async () => {
    await tell('held', [at(10, { last: 0.5 })])
    const search = `from=${iso(1_000)}&step=10s`
    const { headers } = await get('held', search)
    const again = () => get('held', search, { headers: { 'if-none-match': headers['etag'] ?? '' } })
    expect(headers['cache-control']).toContain('public, max-age=1')
    expect((await again()).status).toBe(304)
    await tell('held', [at(20, { last: 0.75 })])
    expect((await again()).status).toBe(200)
  })

  it('comes as CSV, a row a step, the first of each line what held before', async () => {
    await tell('table', [at(5, { last: 0.5 }), at(15, { last: 0.25 }), at(16, { last: null })])
    const reply = await get('table', `from=${iso(10_000)}&step=10s&format=csv`)
    expect(reply.headers).toMatchObject({ 'content-type': 'text/csv; charset=utf-8; header=present', vary: 'accept' })
    expect(String(reply.body).split('\r\n')).toEqual([
      'at,at_ms,selection_id,selection_name,bookmaker,side,open,high,low,close,last,point,ticks',
      '1970-01-01T00:00:10.000Z,10000,testfeed:a,Selection a,alpha,last,0.5,0.5,0.5,0.5,0.5,,0',
      '1970-01-01T00:00:10.000Z,10000,testfeed:a,Selection a,alpha,last,0.5,0.5,0.25,,0.25,,2',
      '',
    ])
  })

  it.each([
    ['nobody', '', 404, 'There is no market'],
    ['known', 'selection=testfeed:z', 404, 'There are testfeed:a'],
    ['known', 'bookmaker=omega', 404, 'There are alpha'],
    ['known', 'step=7w', 400, 'step takes seconds'],
    ['known', `from=${iso(50_000)}&to=${iso(50_000)}`, 400, 'from takes a time before to'],
    ['known', 'from=2100-01-01', 400, 'from takes a time before to'],
    ['known', 'side=middle', 400, 'side takes auto, last, back, lay'],
  ])('says what is wrong: %s?%s', async (market, search, status, detail) => {
    await tell('known', [at(10, { last: 0.5 })])
    const reply = await get(market, search)
    expect([reply.status, jsonIn(reply)]).toMatchObject([status, { detail: expect.stringContaining(detail) }])
  })
})
