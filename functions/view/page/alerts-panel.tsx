import { useComputed } from '@preact/signals'

import type { Alert, AlertKind, Evidence } from '../../book/alert.ts'
import { formatAgo, formatPoint, formatPrice, type PriceView } from './format.ts'
import type { Store } from './store.ts'

/** Alerts wait here until their reader has time: a number, and the latest one's sentence where there is room. */
export function AlertsPanel({ store }: { store: Store }) {
  const { alerts } = store
  const all = alerts.all.value
  const unseen = alerts.unseen.value
  const latest = all.find(({ id }) => unseen.has(id))
  return (
    <div class="alerts">
      <details name="panel" onToggle={({ currentTarget: { open } }) => alerts.show(open)}>
        <summary class="chip" data-unseen={unseen.size} title={latest && `${latest.marketName}: ${latest.headline}`}>
          <Bell />
          <b>Alerts</b>
          {unseen.size > 0 ? (
            <span class="news">
              {unseen.size}
              <span class="unseen"> new</span>
            </span>
          ) : (
            <span>{all.length}</span>
          )}
          {latest !== undefined && (
            <span class="headline" aria-hidden="true">
              {latest.headline}
            </span>
          )}
        </summary>
        {alerts.open.value && (
          <div class="panel">
            <h2>Alerts</h2>
            {all.length === 0 && (
              <p>None so far. Arbitrage between bookmakers, far moves and steam appear here as they are found.</p>
            )}
            <ul>
              {all.map((alert) => (
                <AlertLine key={alert.id} store={store} alert={alert} />
              ))}
            </ul>
          </div>
        )}
      </details>
      <span class="unseen" aria-live="polite">
        {alerts.spoken}
      </span>
    </div>
  )
}

function AlertLine({ store, alert }: { store: Store; alert: Alert }) {
  const { kind, marketId, marketName, headline, observedAtMs, evidence } = alert
  const compared = evidence.some(({ before }) => before !== null)
  const age = useComputed(() => formatAgo(store.serverNowMs.value - observedAtMs))
  const onBoard = store.card(marketId) !== undefined
  const show = (event: Event) => {
    const panel = (event.currentTarget as HTMLElement).closest<HTMLDetailsElement>('details[name=panel]')
    if (panel !== null) panel.open = false
    store.reveal(marketId)
  }
  return (
    <li data-alert={kind} data-alert-market={marketId}>
      <p class="about">
        <span class="kind">{kindWords[kind]}</span>
        <span class="of" title={marketName}>
          {marketName}
        </span>
        <span>{age}</span>
      </p>
      {onBoard ? (
        <button type="button" title="Show it on the board" onClick={show}>
          {headline}
        </button>
      ) : (
        <p title="Not on the board">{headline}</p>
      )}
      <details>
        <summary>Evidence</summary>
        <table>
          <thead>
            <tr>
              <th scope="col">Selection</th>
              <th scope="col">Bookmaker</th>
              {compared && <th scope="col">Before</th>}
              <th scope="col">Price</th>
              <th scope="col">Read</th>
            </tr>
          </thead>
          <tbody>
            {evidence.map((quote) => (
              <EvidenceRow
                key={`${quote.marketId} ${quote.selectionId} ${quote.bookmaker}`}
                quote={quote}
                view={store.view.value}
                compared={compared}
              />
            ))}
          </tbody>
        </table>
      </details>
    </li>
  )
}

function EvidenceRow({ quote, view, compared }: { quote: Evidence; view: PriceView; compared: boolean }) {
  const { selectionName, bookmaker, point, before, price, priceFormat, observedAtMs } = quote
  return (
    <tr>
      <th scope="row">
        {selectionName} {point !== null && formatPoint(point, false)}
      </th>
      <td>{bookmaker}</td>
      {compared && <td>{formatPrice(before?.price ?? null, priceFormat, view)}</td>}
      <td>{formatPrice(price, priceFormat, view)}</td>
      <td>{clockTime.format(observedAtMs)}</td>
    </tr>
  )
}

const clockTime = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' })
const kindWords: Record<AlertKind, string> = { arbitrage: 'Arbitrage', move: 'Move', steam: 'Steam' }

const Bell = () => (
  <svg viewBox="0 0 16 16" aria-hidden="true">
    <path d="M3.5 11.5h9l-1.2-1.8V7a3.3 3.3 0 0 0-6.6 0v2.7ZM6.7 13.6h2.6" />
  </svg>
)
