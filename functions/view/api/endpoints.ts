import { getAlerts } from './alerts.ts'
import { getAsyncApi, getOpenApi } from './api-documents.ts'
import { getClients } from './clients.ts'
import type { Endpoint } from './endpoint.ts'
import { getFeeds } from './feeds.ts'
import { getFixture, getFixtures } from './fixtures.ts'
import { getHealth } from './health.ts'
import { getHistory } from './history.ts'
import { getLatest } from './latest.ts'
import { getMarket, getMarkets } from './markets.ts'
import { postNegotiate } from './negotiate.ts'
import { getSeqs } from './seqs.ts'
import { getTicks } from './ticks.ts'

/** The whole API, but for what providers push. */
export const endpoints: readonly Endpoint[] = [
  getMarkets,
  getMarket,
  getTicks,
  getSeqs,
  getHistory,
  getLatest,
  getFeeds,
  getAlerts,
  getFixtures,
  getFixture,
  getHealth,
  postNegotiate,
  getClients,
  getOpenApi,
  getAsyncApi,
]
