import { useSignal } from '@preact/signals'

import type { Book } from '../../../book/market.ts'
import type { TickKind } from '../../../book/tick.ts'
import { priceSides } from '../../client/board.ts'
import { formatPrice } from '../format.ts'
import type { Store } from '../store.ts'

const shownAtFirst = 12

export function TickTable({ store, book }: { store: Store; book: Book }) {
  const all = useSignal(false)
  const ticks = store.watched.ticks.value
  const view = store.view.value
  const sides = priceSides.filter((side) => ticks.some((tick) => tick[side] !== null))
  const several = book.selections.some(({ quotes }) => quotes.length > 1)
  return (
    <section class="box quotes ticks" aria-labelledby="ticks">
      <h2 id="ticks">Recent ticks</h2>
      {ticks.length === 0 ? (
        <p>None that is kept. They appear here as they come.</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">Observed</th>
              <th scope="col">Selection</th>
              {sides.map((side) => (
                <th key={side} scope="col">
                  {side}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {ticks.slice(0, all.value ? ticks.length : shownAtFirst).map((tick) => (
              <tr key={tick.seq} data-tick={tick.seq} data-kind={tick.kind}>
                <td>
                  <time dateTime={new Date(tick.observedAtMs).toISOString()}>
                    {tickTime(tick.observedAtMs, store.serverHourMs.value)}
                  </time>
                </td>
                <th scope="row">
                  {tick.selectionName === book.name ? 'Yes' : tick.selectionName}
                  {several && <small>{tick.bookmaker}</small>}
                  {kindWords[tick.kind] !== '' && <small class="kind">{kindWords[tick.kind]}</small>}
                </th>
                {sides.map((side) => (
                  <td key={side}>{formatPrice(tick[side], book.priceFormat, view)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {ticks.length > shownAtFirst && (
        <button type="button" class="more" aria-expanded={all.value} onClick={() => (all.value = !all.value)}>
          {all.value ? 'Show fewer' : `${ticks.length - shownAtFirst} more`}
        </button>
      )}
    </section>
  )
}

const kindWords: Record<TickKind, string> = {
  opened: 'new',
  moved: '',
  'line-moved': 'line moved',
  suspended: 'suspended',
  resumed: 'open again',
  closed: 'closed',
  settled: 'settled',
  removed: 'removed',
  returned: 'returned',
  rescheduled: 'start moved',
  'in-play': 'in play',
}

const dayMs = 86_400_000
const clockTime = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' })
const dayTime = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit' })
const tickTime = (ms: number, nowMs: number) => (Math.abs(nowMs - ms) < dayMs / 2 ? clockTime : dayTime).format(ms)
