import { quoteKeyOf } from '../../../functions/book/ids.ts'
import type { Tick } from '../../../functions/book/tick.ts'

/** As `GET /api/markets/{id}/history` with `step=raw`, of the last price where there is one, else of the back. */
export function historyAnswer(ticks: readonly Tick[], query: URLSearchParams, nowMs: number) {
  const from = query.get('from') ?? 'first'
  const fromMs = from === 'first' ? (ticks[0]?.observedAtMs ?? nowMs - 1) : Date.parse(from)
  const asked = ticks.filter(({ bookmaker }) => (query.get('bookmaker') ?? bookmaker) === bookmaker)
  const lines = [...Map.groupBy(asked, (tick) => quoteKeyOf(tick.selectionId, tick.bookmaker)).values()].map((own) => {
    const side = own.some(({ last }) => last !== null) ? 'last' : 'back'
    const priceIn = (tick: Tick) => (tick.status === 'open' ? tick[side] : null)
    const within = own.filter(({ observedAtMs }) => observedAtMs >= fromMs)
    const held = own.findLast(({ observedAtMs }) => observedAtMs < fromMs)
    const prices = within.map(priceIn)
    return {
      selectionId: own[0]?.selectionId,
      selectionName: own[0]?.selectionName,
      bookmaker: own[0]?.bookmaker,
      side,
      before: held === undefined ? null : { atMs: held.observedAtMs, price: priceIn(held) },
      steps: {
        atMs: within.map(({ observedAtMs }) => observedAtMs),
        open: prices,
        high: prices,
        low: prices,
        close: prices,
        last: prices,
        ticks: prices.map(() => 1),
      },
    }
  })
  return { fromMs, toMs: nowMs, stepMs: 0, seq: ticks.at(-1)?.seq ?? 0, lines }
}
