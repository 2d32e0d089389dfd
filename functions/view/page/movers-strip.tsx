import { Choice } from './choice.tsx'
import { formatPoints, formatPrice } from './format.ts'
import type { Mover } from './movers.ts'
import { pathOf } from './route.ts'
import { moverMinutes, type MoverMinutes, type Store } from './store.ts'

/** What went farthest lately. */
export function MoversStrip({ store }: { store: Store }) {
  const movers = store.movers.value
  if (store.order.value.length === 0) return null
  return (
    <section class="movers" aria-label="Biggest movers">
      <h2>Movers</h2>
      <Choice
        name="Over how long"
        words={moverMinutes}
        labels={minuteLabels}
        chosen={store.moverMinutes}
        choose={(minutes) => store.chooseMoverMinutes(minutes)}
      />
      {movers.length === 0 ? (
        <p>Nothing has moved by half a point since then.</p>
      ) : (
        <ul>
          {movers.map((mover) => (
            <MoverChip key={mover.market.marketId} store={store} mover={mover} />
          ))}
        </ul>
      )}
    </section>
  )
}

function MoverChip({ store, mover: { market, selection, quote, from, to } }: { store: Store; mover: Mover }) {
  const view = store.view.value
  const format = market.priceFormat
  const rise = to > from ? 'up' : 'down'
  const name = selection.name === market.name ? 'Yes' : selection.name
  return (
    <li>
      <a href={pathOf({ at: 'market', market: market.marketId })} title={`${market.name}: ${name}`}>
        <span class="what">
          <b>{name}</b>
          <span>{market.name}</span>
        </span>
        <span class="price">
          <b>{formatPrice(quote.last ?? quote.back, format, view)}</b>
          <span class="change" data-direction={rise} title="Percentage points of implied probability">
            <span class="arrow" data-direction={rise} />
            <span class="unseen">{rise === 'up' ? 'likelier by' : 'less likely by'}</span> {formatPoints(Math.abs(to - from))}
          </span>
        </span>
      </a>
    </li>
  )
}

const minuteLabels: Record<MoverMinutes, string> = { '5': '5 min', '60': '60 min' }
