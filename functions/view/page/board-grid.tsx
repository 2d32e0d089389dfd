import { useEffect } from 'preact/hooks'

import { MarketCard } from './card.tsx'
import { revealCard } from './reveal.ts'
import type { Store } from './store.ts'

export function BoardGrid({ store }: { store: Store }) {
  const revealed = store.revealed.value
  useEffect(() => {
    if (revealed !== undefined) revealCard(revealed.market)
  }, [revealed])
  const order = store.order.value
  const unreadable = store.unreadable.value
  if (order.length === 0) return <Nothing store={store} />
  return (
    <>
      {unreadable.length > 0 && (
        <p class="notice" title={unreadable.join('\n')}>
          {unreadable.length === 1 ? 'One market' : `${unreadable.length} markets`} could not be read and{' '}
          {unreadable.length === 1 ? 'is' : 'are'} left out.
        </p>
      )}
      <div class="grid">
        {order.map((market) => {
          const card = store.card(market)
          return card === undefined ? null : <MarketCard key={market} store={store} card={card} />
        })}
      </div>
    </>
  )
}

/** An empty board says why, and what the reader can do. */
function Nothing({ store }: { store: Store }) {
  const { state } = store.connection.value
  const total = [...store.counts.value.values()].reduce((sum, count) => sum + count, 0)
  if (total > 0)
    return (
      <Empty title="No market matches">
        <p>Try fewer words, another topic or another status.</p>
        <button type="button" onClick={() => store.choose({ words: '', topic: null, feed: null, status: null })}>
          Show all {total} markets
        </button>
      </Empty>
    )
  switch (state) {
    case 'live':
    case 'resuming':
      return (
        <Empty title="No markets yet">
          <p>
            The server has none so far. They appear here as soon as a feed has been read; the feeds above show when that is due.
          </p>
        </Empty>
      )
    case 'waiting':
    case 'recovering':
    case 'closed':
      return (
        <Empty title="The board cannot reach its server">
          <p>It keeps trying by itself. If this goes on, check your network, then whether the server is running.</p>
        </Empty>
      )
    case 'connecting':
    case 'snapshotting':
    case 'comparing':
      return (
        <div class="grid" aria-hidden="true">
          {skeletons.map((rows) => (
            <div key={rows} class="card skeleton" style={{ '--rows': (rows % 4) + 1 }} />
          ))}
        </div>
      )
  }
}

const skeletons = Array.from({ length: 12 }, (_, i) => i)

const Empty = ({ title, children }: { title: string; children: preact.ComponentChildren }) => (
  <section class="empty">
    <h2>{title}</h2>
    {children}
  </section>
)
