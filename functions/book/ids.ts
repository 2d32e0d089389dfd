declare const brand: unique symbol

/** A string or number that must never be swapped with another of the same primitive type. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name }

/** Where odds are read from: `predictit`. Lower-case letters, digits and hyphens. */
export type FeedName = Brand<string, 'FeedName'>
/** The family of markets that shares an event hub: `politics`. */
export type Topic = Brand<string, 'Topic'>
/** `<feed>:<the feed's own market id>`, as in `predictit:7053`. */
export type MarketId = Brand<string, 'MarketId'>
/** `<feed>:<the feed's own selection id>`, as in `predictit:24001`. */
export type SelectionId = Brand<string, 'SelectionId'>
/** Who quotes. On a prediction market that is the venue itself. */
export type Bookmaker = Brand<string, 'Bookmaker'>

export const feedName = (name: string) => name as FeedName
export const topicOf = (name: string) => name as Topic
export const bookmakerOf = (name: string) => name as Bookmaker
export const marketIdOf = (feed: FeedName, feedMarketId: string | number) => `${feed}:${feedMarketId}` as MarketId
export const selectionIdOf = (feed: FeedName, feedSelectionId: string | number) => `${feed}:${feedSelectionId}` as SelectionId

/** A quote's key inside one market. No name may hold a line feed, so the two parts cannot run into each other. */
export type QuoteKey = Brand<string, 'QuoteKey'>
export const quoteKeyOf = (selection: SelectionId, bookmaker: Bookmaker) => `${selection}\n${bookmaker}` as QuoteKey

/** A poll goes out in at most this many batches, however many markets it has. */
export const shards = 32

/**
 * The partition key of everything said about one market, `s0`…`s31`. Order per market holds because a market never changes its
 * shard. FNV-1a over UTF-16 code units: any stable, even spread would do, but it may never be changed on a running system.
 */
export function shardOf(market: MarketId): string {
  let hash = 0x811c9dc5
  for (let i = 0; i < market.length; i++) {
    hash ^= market.charCodeAt(i)
    hash = Math.imul(hash, 0x01000193)
  }
  return `s${(hash >>> 0) % shards}`
}

/**
 * The Web PubSub groups. Wildcard roles match by dot segments, so a dot inside an id is written `%2E` (and `%` itself `%25`): each
 * id stays one segment and `odds.**` covers them all.
 */
export const topicGroup = (topic: Topic) => `odds.${segment(topic)}`
export const marketGroup = (topic: Topic, market: MarketId) => `odds.${segment(topic)}.${segment(market)}`
/** Feed health, whatever the topic: the heartbeat of the whole board. */
export const feedsGroup = 'odds.feeds'

const segment = (id: string) => id.replaceAll('%', '%25').replaceAll('.', '%2E')
