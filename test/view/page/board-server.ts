import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'

import { WebPubSubServiceClient } from '@azure/web-pubsub'

import type { Alert } from '../../../functions/book/alert.ts'
import type { DedupeCounts, FeedHealth } from '../../../functions/book/feed-health.ts'
import { feedsGroup, marketGroup, type MarketId, topicGroup } from '../../../functions/book/ids.ts'
import type { Book } from '../../../functions/book/market.ts'
import type { BoardMessage, MarketDelta } from '../../../functions/book/wire.ts'
import { startWebPubSub, type WebPubSubServer } from '../../../infra/local/web-pubsub/server.ts'
import { pageReply } from '../../../functions/view/page-files.ts'
import { buildClient, buildPage } from '../../../scripts/build.ts'
import { OddsWorld } from '../client/odds-world.ts'
import { historyAnswer } from './history-answer.ts'

export type BoardServer = AsyncDisposable & {
  url: string
  world: OddsWorld
  webPubSub: WebPubSubServer
  feeds: FeedHealth[]
  counts: DedupeCounts[]
  /** As the server keeps them; undefined: it is one that keeps none, and answers 404. */
  alerts: Alert[] | undefined
  send(deltas: readonly MarketDelta[]): Promise<void>
  sendFeeds(): Promise<void>
  sendAlerts(alerts: readonly Alert[]): Promise<void>
  /** What was asked of the API, in order, as in `GET /api/feeds`. */
  asked: string[]
  /** While set, every request under `/api` is answered with this status. */
  failWith: number | undefined
  /** Which histories were asked for. */
  histories: string[]
}

/** The page and its API over an `OddsWorld`, and the local Web PubSub service beside it. */
export async function startBoardServer(topics: readonly string[] = ['politics', 'sports']): Promise<BoardServer> {
  const world = new OddsWorld()
  const root = path.resolve(import.meta.dirname, '../../..')
  const page = { ...(await buildPage(path.join(root, 'functions/view/page'))), ...(await buildClient(root)) }
  const webPubSub = await startWebPubSub({ port: 0 })
  const rest = new WebPubSubServiceClient(webPubSub.connectionString, 'odds', { allowInsecureConnection: true })
  const role = 'webpubsub.joinLeaveGroups.odds.**'

  const answer = async (method: string, target: URL): Promise<{ status?: number; body: unknown }> => {
    server.asked.push(`${method} ${target.pathname}${target.search}`)
    if (server.failWith !== undefined)
      return { status: server.failWith, body: { title: 'Not available now', detail: 'As the test asked' } }
    const [, , what, id, part] = target.pathname.split('/').map(decodeURIComponent)
    if (what === 'negotiate') return { body: { url: (await rest.getClientAccessToken({ roles: [role] })).url } }
    if (what === 'feeds') return { body: { readAtMs: Date.now(), topics, feeds: server.feeds, counts: server.counts } }
    if (what === 'alerts') return server.alerts === undefined ? { status: 404, body: {} } : { body: { alerts: server.alerts } }
    const asked = target.searchParams.get('topic')
    const markets = [...world.books.values()].filter(({ topic }) => asked === null || topic === asked)
    if (what === 'seqs') {
      const by = (of: (book: Book) => number) => Object.fromEntries(markets.map((book) => [book.marketId, of(book)]))
      return { body: { seqs: by(({ seq }) => seq), opened: by(({ openedAtMs }) => openedAtMs) } }
    }
    if (id === undefined) return { body: { readAtMs: Date.now(), markets } }
    if (!world.books.has(id as MarketId)) return { status: 404, body: { title: 'No such market' } }
    if (part === undefined) return { body: world.book(id as MarketId) }
    if (part === 'history') {
      server.histories.push(`${id}${target.search}`)
      return { body: historyAnswer(world.allTicks(id as MarketId), target.searchParams, Date.now()) }
    }
    const ticks = world.ticksAfter(id as MarketId, Number(target.searchParams.get('after')))
    return typeof ticks === 'string' ? { status: 410, body: { error: 'snapshot_required', reason: ticks } } : { body: ticks }
  }

  const http = createServer((request, response) => {
    const target = new URL(request.url ?? '/', 'http://board.local')
    if (!target.pathname.startsWith('/api/')) {
      const { status, headers, body } = pageReply(page, decodeURIComponent(target.pathname.slice(1)), null)
      return void response.writeHead(status, headers).end(body)
    }
    void answer(request.method ?? '', target).then(({ status = 200, body }) => {
      const text = JSON.stringify(body)
      const etag = `"${createHash('sha256')
        .update(text.replace(/"readAtMs":\d+/, ''))
        .digest('hex')}"`
      const held = request.headers['if-none-match'] === etag
      if (held) server.asked.push(`304 ${target.pathname}`)
      const headers = { 'content-type': 'application/json', 'cache-control': 'no-cache', etag }
      return response.writeHead(held ? 304 : status, headers).end(held ? undefined : text)
    })
  })
  await new Promise<void>((resolve) => {
    http.listen(0, '127.0.0.1', resolve)
  })
  const send = (group: string, message: BoardMessage) => rest.group(group).sendToAll(message)

  const server: BoardServer = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    world,
    webPubSub,
    feeds: [],
    counts: [],
    alerts: undefined,
    asked: [],
    failWith: undefined,
    histories: [],
    async send(deltas) {
      const byTopic = Map.groupBy(deltas, (delta) => world.book(delta.id).topic)
      for (const [topic, markets] of byTopic)
        await send(topicGroup(topic), { v: 1, kind: 'delta', topic, sentAtMs: Date.now(), markets })
      for (const delta of deltas) {
        const { topic } = world.book(delta.id)
        await send(marketGroup(topic, delta.id), { v: 1, kind: 'delta', topic, sentAtMs: Date.now(), markets: [delta] })
      }
    },
    sendFeeds: () => send(feedsGroup, { v: 1, kind: 'feeds', sentAtMs: Date.now(), feeds: server.feeds, counts: server.counts }),
    async sendAlerts(alerts) {
      for (const [topic, own] of Map.groupBy(alerts, (alert) => alert.topic))
        await send(topicGroup(topic), { v: 1, kind: 'alert', topic, sentAtMs: Date.now(), alerts: own })
    },
    async [Symbol.asyncDispose]() {
      await webPubSub.close()
      await new Promise<void>((resolve) => {
        http.close(() => resolve())
        http.closeAllConnections()
      })
    },
  }
  return server
}
