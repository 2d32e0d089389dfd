import { effect } from '@preact/signals'
import { render } from 'preact'

import { createApi } from '../client/api.ts'
import { App } from './app.tsx'
import { forScripts } from './for-scripts.ts'
import { browserMemory, loadPreferences, savePreferences } from './preferences.ts'
import { watchReader } from './reader.ts'
import { Session } from '../client/session.ts'
import { OddsSocket } from '../client/socket.ts'
import { Store } from './store.ts'

const rearrangeEveryMs = 4_000

const root = document.querySelector<HTMLElement>('#app')
if (root === null) throw new Error('index.html has no #app for the board')

const nowMs = () => Date.now()
const store = new Store(loadPreferences(browserMemory), nowMs(), requestAnimationFrame.bind(window))
const session = new Session({
  api: createApi(fetch.bind(window), nowMs),
  openSocket: (url, groups, listener) => new OddsSocket(url, groups, listener, nowMs),
  board: store.written,
  nowMs,
  chance: Math.random,
  after: (delayMs, wake) => void setTimeout(wake, delayMs),
})

window.oddscast = forScripts(store)

effect(() => {
  root.dataset['state'] = store.connection.value.state
})
effect(() => savePreferences(browserMemory, { view: store.view.value, sort: store.sort.value }))

const isRead = watchReader(nowMs)
let arrangedAtMs = nowMs()
setInterval(() => {
  session.beat()
  store.beat(nowMs())
  if (nowMs() - arrangedAtMs < rearrangeEveryMs || isRead()) return
  arrangedAtMs = nowMs()
  store.rearrange()
}, 1_000)

const noteOnline = () => {
  store.online.value = navigator.onLine
  session.take({ type: navigator.onLine ? 'online' : 'offline' })
}
addEventListener('online', noteOnline)
addEventListener('offline', noteOnline)
document.addEventListener('visibilitychange', () => document.hidden || session.take({ type: 'shown' }))
/** A page that goes to the back/forward cache may not keep a socket; when it comes out of it, it starts again. */
addEventListener('pagehide', () => session.take({ type: 'stop' }))
addEventListener('pageshow', (event) => event.persisted && session.take({ type: 'start' }))

store.online.value = navigator.onLine
root.replaceChildren()
render(<App store={store} />, root)
session.take({ type: 'start' })
