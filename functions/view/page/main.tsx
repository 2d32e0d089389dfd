import { effect } from '@preact/signals'
import { render } from 'preact'

import type { MarketId } from '../../book/ids.ts'
import { createApi } from '../client/api.ts'
import { heedBrowser } from '../client/browser-signs.ts'
import { streamOpener } from '../client/open-stream.ts'
import { everything, groupsOf } from '../client/scope.ts'
import { App } from './app.tsx'
import { forScripts } from './for-scripts.ts'
import { historyFetcher } from './history-api.ts'
import { Navigation } from './navigation.ts'
import { browserMemory, loadPreferences, savePreferences } from './preferences.ts'
import { watchReader } from './reader.ts'
import { Recall } from './recall.ts'
import { filterOf, queryOf } from './route.ts'
import { Session } from '../client/session.ts'
import { Store } from './store.ts'
import { wear } from './theme.ts'

const rearrangeEveryMs = 4_000

const root = document.querySelector<HTMLElement>('#app')
if (root === null) throw new Error('index.html has no #app for the board')

const nowMs = () => Date.now()
const after = (delayMs: number, wake: () => void) => void setTimeout(wake, delayMs)
const store = new Store(loadPreferences(browserMemory), nowMs, requestAnimationFrame.bind(window))
const api = createApi(fetch.bind(window), nowMs)
const session = new Session({
  api,
  openStream: streamOpener({ api, nowMs, sharedAs: location.origin }),
  groupsOf: (topics) => groupsOf(everything, topics),
  board: store.written,
  nowMs,
  chance: Math.random,
  after,
})

window.oddscast = forScripts(store)

effect(() => {
  root.dataset['state'] = store.connection.value.state
})
effect(() => savePreferences(browserMemory, store.preferences))
effect(() => wear(store.theme.value, document))

const navigation = new Navigation()
navigation.heed()
/** Whoever asks for a market where there is no board wants its page. */
effect(() => {
  const market = store.revealed.value?.market
  if (market !== undefined && navigation.route.peek().at === 'market') navigation.go({ at: 'market', market })
})

/** A board that is narrowed is a place of its own: it can be marked, sent to others, and loaded again. */
store.filter.value = navigation.route.peek().at === 'board' ? filterOf(location.search) : store.filter.peek()
effect(() => {
  if (navigation.route.value.at !== 'board') return
  const query = queryOf(store.filter.value)
  if (query !== location.search) history.replaceState(null, '', `${location.pathname}${query}`)
})

const isRead = watchReader(nowMs)
let arrangedAtMs = nowMs()
setInterval(() => {
  session.beat()
  store.beat(nowMs())
  const isStill = nowMs() - arrangedAtMs < rearrangeEveryMs || isRead()
  // Where nothing is shown nothing can move under the reader's eyes.
  if (isStill && store.order.peek().length > 0) return
  arrangedAtMs = nowMs()
  store.rearrange()
}, 1_000)

heedBrowser(
  (event) => session.take(event),
  (online) => {
    store.online.value = online
  },
)
root.replaceChildren()
const readHistory = historyFetcher(fetch.bind(window))
const recall = new Recall({
  fetch: readHistory,
  tracks: store.tracks,
  bookOf: (market) => store.board.books.get(market),
  nowMs: () => store.serverNowMs.peek(),
  after,
})
const asking = { history: readHistory, ticks: (market: MarketId, after: number) => api.ticks(market, after) }
render(<App store={store} navigation={navigation} recall={recall} asking={asking} />, root)
session.take({ type: 'start' })
