import { randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

import { app, type HttpMethod, type HttpRequest, type HttpResponseInit, type InvocationContext } from '@azure/functions'

import type { Connections } from '../connect/connections.ts'
import { problem, type Reply } from '../http/reply.ts'
import type { Settings } from '../settings.ts'
import { getAlerts } from './api/alerts.ts'
import { getFeeds } from './api/feeds.ts'
import { getFixture, getFixtures } from './api/fixtures.ts'
import { getHealth } from './api/health.ts'
import { getMarket, getMarkets } from './api/markets.ts'
import { postNegotiate } from './api/negotiate.ts'
import type { OddsStore } from './api/odds-store.ts'
import type { ApiRequest } from './api/request.ts'
import { getTicks } from './api/ticks.ts'
import { alertStore, fixtureStore, oddsStore } from './cosmos.ts'
import { type PageFiles, pageReply } from './page-files.ts'
import { webPubSubDoorkeeper } from './web-pubsub.ts'

/**
 * The host takes the first function, by name, whose route matches: every API function starts with `api`, so that the page, which takes
 * whatever is left, comes last.
 */
export function registerView(settings: Settings, connections: Connections, page: PageFiles): void {
  let opened: Promise<OddsStore> | undefined
  const unreadable = (reason: string) => console.error('document unreadable', reason)
  const store = () => (opened ??= connections.odds().then((odds) => oddsStore(odds, settings.topics, unreadable)))
  const read = (name: string, route: string, answer: (request: ApiRequest, store: OddsStore) => Promise<Reply>) =>
    serve(name, 'GET', route, async (request) => answer(request, await store()))
  const fixtures = async () => fixtureStore(await connections.odds(), unreadable)

  serve('apiAlerts', 'GET', 'api/alerts', async (request) => getAlerts(request, alertStore(await connections.odds(), unreadable)))
  read('apiFeeds', 'api/feeds', (_request, odds) => getFeeds(odds, settings.topics, Date.now))
  serve('apiFixture', 'GET', 'api/fixtures/{id}', async (request) => getFixture(request, await fixtures()))
  serve('apiFixtures', 'GET', 'api/fixtures', async (request) => getFixtures(request, await fixtures()))
  read('apiHealth', 'api/health', (_request, odds) => getHealth(odds, Date.now))
  read('apiMarket', 'api/markets/{id}', getMarket)
  read('apiMarkets', 'api/markets', (request, odds) => getMarkets(request, odds, Date.now))
  read('apiMarketTicks', 'api/markets/{id}/ticks', getTicks)
  serve('apiNegotiate', 'POST', 'api/negotiate', async () =>
    postNegotiate(webPubSubDoorkeeper(await connections.webPubSub()), randomUUID),
  )
  serve('page', 'GET', '{*path}', async ({ params, ifNoneMatch }) => pageReply(page, params['path'] ?? '', ifNoneMatch))
}

function serve(name: string, method: HttpMethod, route: string, answer: (request: ApiRequest) => Promise<Reply>): void {
  app.http(name, {
    methods: [method],
    authLevel: 'anonymous',
    route,
    async handler(request, context) {
      const asked = { params: request.params, query: request.query, ifNoneMatch: request.headers.get('if-none-match') }
      return compressed(request, await answer(asked).catch((error: unknown) => unavailable(error, context)))
    },
  })
}

/** Which service is away, and how it is reached, is for the log alone. */
function unavailable(error: unknown, context: InvocationContext): Reply {
  context.error('request failed', error instanceof Error ? error.message : String(error))
  return problem(503, 'Not available now', 'A service behind this one does not answer. Try again in a few seconds')
}

/** Below this, compressing costs more than it saves. */
const worthCompressingBytes = 1_024
/** Level 4 packs a board to a tenth in a few milliseconds; the best level takes a hundred times as long for a sixth less. */
const brotliOptions = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }
const brotliCompressed = promisify(brotliCompress)
const gzipped = promisify(gzip)

async function compressed(request: HttpRequest, { status, headers, body }: Reply): Promise<HttpResponseInit> {
  const bytes = Buffer.from(body)
  const accepted = request.headers.get('accept-encoding') ?? ''
  if (status === 304) return { status, headers }
  const vary = { ...headers, vary: 'accept-encoding' }
  if (bytes.length < worthCompressingBytes) return { status, headers: vary, body: bytes }
  if (/\bbr\b/.test(accepted)) {
    return { status, headers: { ...vary, 'content-encoding': 'br' }, body: await brotliCompressed(bytes, brotliOptions) }
  }
  if (/\bgzip\b/.test(accepted)) {
    return { status, headers: { ...vary, 'content-encoding': 'gzip' }, body: await gzipped(bytes) }
  }
  return { status, headers: vary, body: bytes }
}
