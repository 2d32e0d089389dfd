import type { Event } from './connection.ts'

/** The browser's own signs that the network, or the reader, went or came. Elsewhere than in a browser there are none. */
export function heedBrowser(take: (event: Event) => void, noteOnline: (online: boolean) => void): () => void {
  if (typeof document === 'undefined') return () => {}
  const ended = new AbortController()
  const { signal } = ended
  const network = () => {
    noteOnline(navigator.onLine)
    take({ type: navigator.onLine ? 'online' : 'offline' })
  }
  noteOnline(navigator.onLine)
  addEventListener('online', network, { signal })
  addEventListener('offline', network, { signal })
  document.addEventListener('visibilitychange', () => document.hidden || take({ type: 'shown' }), { signal })
  // A page that goes to the back/forward cache may not keep a socket; when it comes out of it, it starts again.
  addEventListener('pagehide', () => take({ type: 'stop' }), { signal })
  addEventListener('pageshow', (event) => event.persisted && take({ type: 'start' }), { signal })
  return () => ended.abort()
}
