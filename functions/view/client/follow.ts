import type { FeedHealth } from '../../book/feed-health.ts'
import type { MarketId } from '../../book/ids.ts'
import type { Book } from '../../book/market.ts'
import { createApi } from './api.ts'
import { heedBrowser } from './browser-signs.ts'
import { FollowedBoard, type FollowedState, type Hears } from './followed-board.ts'
import { streamOpener } from './open-stream.ts'
import { groupsOf, type Scope } from './scope.ts'
import { Session } from './session.ts'
import type { WebSocketClass } from './socket.ts'

export type FollowOptions = Hears & {
  /** Only these topics; without, all that the board has. */
  topics?: readonly string[]
  /** Only these markets, by id: far less comes in than of whole topics. No alerts come with them. At most 100. */
  markets?: readonly string[]
  /** The name to be known by at the server. */
  client?: string
  /** Ends it as `stop` does. */
  signal?: AbortSignal
  fetch?: typeof globalThis.fetch
  WebSocket?: WebSocketClass
  /** Tabs of one browser that follow the same share a socket, unless this says no. */
  share?: boolean
}

export type Followed = {
  /** All that is followed, as it is now. It changes in place; a book in it does not, but is replaced. */
  readonly markets: ReadonlyMap<MarketId, Book>
  readonly feeds: readonly FeedHealth[]
  readonly state: FollowedState
  market(id: string): Book | undefined
  /** The board, as soon as all of it is there. Rejects when it is stopped before. */
  snapshot(): Promise<ReadonlyMap<MarketId, Book>>
  stop(): void
}

/**
 * Follows the board at `board`, its address: takes a snapshot, then what changes, without a hole and for as long as it is not stopped.
 * When the connection is lost it comes back by itself, and asks for what it missed.
 */
export function follow(board: string | URL, options: FollowOptions = {}): Followed {
  const address = new URL(board).href.replace(/\/+$/, '')
  const nowMs = () => Date.now()
  const scope = scopeOf(options)
  const fetch = options.fetch ?? globalThis.fetch.bind(globalThis)
  const api = createApi(fetch, nowMs, { board: address, scope, client: options.client })
  const followed = new FollowedBoard(options, nowMs)
  const session = new Session({
    api,
    openStream: streamOpener({
      api,
      nowMs,
      WebSocket: options.WebSocket,
      sharedAs: options.share === false || options.WebSocket !== undefined ? undefined : address,
    }),
    groupsOf: (topics) => groupsOf(scope, topics),
    board: followed.written,
    nowMs,
    chance: Math.random,
    after: (delayMs, wake) => void setTimeout(wake, delayMs),
  })
  const beat = setInterval(() => {
    session.beat()
    followed.tellState()
  }, 1_000)
  const heedNoMore = heedBrowser(
    (event) => session.take(event),
    (online) => followed.noteOnline(online),
  )
  const stop = () => {
    clearInterval(beat)
    heedNoMore()
    session.take({ type: 'stop' })
    followed.end()
  }
  options.signal?.addEventListener('abort', stop, { once: true })
  if (options.signal?.aborted === true) stop()
  else session.take({ type: 'start' })
  return {
    markets: followed.board.books,
    get feeds() {
      return [...followed.board.feeds.values()]
    },
    get state() {
      return followed.state
    },
    market: (id) => followed.board.books.get(id as MarketId),
    snapshot: () => followed.snapshot,
    stop,
  }
}

const maxMarkets = 100

function scopeOf({ topics, markets }: FollowOptions): Scope {
  if (markets === undefined) return { kind: 'topics', topics: topics ?? null }
  if (topics !== undefined) throw new Error('Follow topics or markets, not both')
  if (markets.length > maxMarkets) throw new Error(`Of more than ${maxMarkets} markets follow the topics`)
  return { kind: 'markets', markets: [...new Set(markets)] as MarketId[] }
}
