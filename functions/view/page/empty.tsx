import type { Store } from './store.ts'

/** An empty board says why, and what the reader can do. */
export function Nothing({ store }: { store: Store }) {
  switch (store.connection.value.state) {
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
        <div class="skeletons" aria-hidden="true">
          {skeletons.map((rows) => (
            <div key={rows} class="card skeleton" style={{ '--rows': (rows % 4) + 1 }} />
          ))}
        </div>
      )
  }
}

const skeletons = Array.from({ length: 12 }, (_, i) => i)

export const Empty = ({ title, children }: { title: string; children: preact.ComponentChildren }) => (
  <section class="empty">
    <h2>{title}</h2>
    {children}
  </section>
)
