import type { FeedDefaults } from '../settings.ts'
import { betfairFeed } from './betfair/feed.ts'
import { polymarketClobFeed } from './polymarket-clob/feed.ts'
import type { StreamFeed, StreamOptions } from './stream.ts'

/**
 * Every feed that keeps a connection open instead of being asked. A Function cannot hold one: `scripts/stream.ts` follows them, and publishes
 * to the same event hubs. A new one is its folder, and its line here.
 */
export const streamedFeeds: Readonly<Record<string, StreamedFeed>> = {
  betfair: {
    url: 'tls://stream-api.betfair.com:443',
    needsKey:
      'It takes an application key of a Betfair account, and BETFAIR_SESSION a session token: https://developer.betfair.com/ says how both are had.',
    options: {
      SESSION: '',
      MARKET_FILTER: '{"eventTypeIds":["7"],"countryCodes":["GB"],"marketTypes":["WIN"]}',
      CATALOGUE_URL: '',
    },
    open: betfairFeed,
  },
  'polymarket-clob': {
    url: 'wss://ws-subscriptions-clob.polymarket.com/ws/market',
    options: {
      MARKETS_URL:
        'https://gamma-api.polymarket.com/markets/keyset?closed=false&active=true&order=volume24hr&ascending=false&limit=50',
      TOKENS: '',
    },
    open: polymarketClobFeed,
  },
}

export type StreamedFeed = FeedDefaults & { open: (options: StreamOptions) => StreamFeed }
