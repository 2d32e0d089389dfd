import { AlertsPanel } from './alerts-panel.tsx'
import { BoardGrid } from './board-grid.tsx'
import { Feeds } from './feeds.tsx'
import { usePanels } from './panels.ts'
import { StaleNotice, Status } from './status.tsx'
import type { Store } from './store.ts'
import { Toolbar } from './toolbar.tsx'
import { Topics } from './topics.tsx'

export function App({ store }: { store: Store }) {
  const header = usePanels()
  return (
    <>
      <header class="top" ref={header}>
        <a class="skip" href="#board">
          Skip to the board
        </a>
        <div class="bar">
          <h1 class="brand">
            <Mark />
            Oddscast
          </h1>
          <Status store={store} />
          <AlertsPanel store={store} />
          <Feeds store={store} />
        </div>
        <div class="bar tools">
          <Topics store={store} />
          <Toolbar store={store} />
        </div>
        <StaleNotice store={store} />
      </header>
      <main id="board" tabIndex={-1} aria-label="Markets">
        <BoardGrid store={store} />
      </main>
    </>
  )
}

const Mark = () => (
  <svg viewBox="0 0 32 32" aria-hidden="true">
    <rect width="32" height="32" rx="8" />
    <path d="M7 22v-4M13 22v-9M19 22v-6M25 22V10" />
  </svg>
)
