import { AlertsPanel } from './alerts-panel.tsx'
import { BoardGrid } from './board-grid.tsx'
import { Feeds } from './feeds.tsx'
import type { Asking } from './market/asking.ts'
import { MarketPage } from './market/market-page.tsx'
import { MoversStrip } from './movers-strip.tsx'
import type { Navigation } from './navigation.ts'
import { usePanels } from './panels.ts'
import type { Recall } from './recall.ts'
import { SettingsPanel } from './settings-panel.tsx'
import { StaleNotice, Status } from './status.tsx'
import type { Store } from './store.ts'
import { Toolbar } from './toolbar.tsx'
import { Topics } from './topics.tsx'

type AppProps = { store: Store; navigation: Navigation; recall: Recall; asking: Asking }

export function App({ store, navigation, recall, asking }: AppProps) {
  const header = usePanels()
  const onBoard = navigation.route.value.at === 'board'
  const Title = onBoard ? 'h1' : 'p'
  return (
    <>
      <header class="top" ref={header}>
        <a class="skip" href="#board">
          Skip to the {onBoard ? 'board' : 'market'}
        </a>
        <div class="bar">
          <Title class="brand">
            <a href="/">
              <Mark />
              Oddscast
            </a>
          </Title>
          <Status store={store} />
          <AlertsPanel store={store} />
          <Feeds store={store} />
          <SettingsPanel store={store} />
        </div>
        {onBoard && (
          <div class="bar tools">
            <Topics store={store} />
            <Toolbar store={store} />
          </div>
        )}
        <StaleNotice store={store} />
      </header>
      <Shown store={store} navigation={navigation} recall={recall} asking={asking} />
    </>
  )
}

function Shown({ store, navigation, recall, asking }: AppProps) {
  const route = navigation.route.value
  if (route.at === 'market') return <MarketPage store={store} navigation={navigation} asking={asking} market={route.market} />
  return (
    <main id="board" tabIndex={-1} aria-label="Markets">
      <MoversStrip store={store} />
      <BoardGrid store={store} navigation={navigation} recall={recall} />
    </main>
  )
}

const Mark = () => (
  <svg viewBox="0 0 32 32" aria-hidden="true">
    <rect width="32" height="32" rx="8" />
    <path d="M7 22v-4M13 22v-9M19 22v-6M25 22V10" />
  </svg>
)
