import type { FeedName } from '../../book/ids.ts'

/**
 * A market in our own words, with what a provider may leave out put in: it need not say which feed it is, nor that its ids are that
 * feed's; a market is open unless said otherwise; and what is pushed is a part of the market, from whose gaps nothing is concluded, unless
 * it says that it is all of it. Wrong types are left as they are, for the parser to name.
 */
export function completed(raw: object, feed: FeedName, atMs: number): object {
  // Whose doing the message is, is for us to say.
  const {
    marketId,
    observedAtMs,
    unchangedUntilMs,
    asOfMs,
    market,
    selections,
    traceparent: _theirs,
    ...said
  } = raw as Record<string, unknown>
  return {
    v: 1,
    complete: false,
    ...said,
    feed,
    ...(marketId === undefined ? {} : { marketId: withFeed(marketId, feed) }),
    asOfMs: asOfMs ?? atMs,
    // Our clock: whoever relays may have seen it earlier than we do, but nobody later.
    observedAtMs: upTo(observedAtMs ?? atMs, atMs),
    unchangedUntilMs: upTo(unchangedUntilMs, atMs),
    market: isObject(market) ? { status: 'open', ...market, url: link(market['url']), image: link(market['image']) } : market,
    selections: Array.isArray(selections) ? selections.map((selection: unknown) => ofFeed(selection, feed)) : selections,
  }
}

function ofFeed(selection: unknown, feed: FeedName): unknown {
  if (!isObject(selection)) return selection
  return { ...selection, id: withFeed(selection['id'], feed), image: link(selection['image']) }
}

/** `7` and `"7"` are `<feed>:7`; what begins with the feed already stays as it is. */
export function withFeed(id: unknown, feed: FeedName): unknown {
  if (typeof id === 'number' && Number.isSafeInteger(id)) return `${feed}:${id}`
  return typeof id !== 'string' || id === '' || id.startsWith(`${feed}:`) ? id : `${feed}:${id}`
}

/** Ends up in a browser as a link or picture. One that is none of the web's is no reason to refuse a price. */
const link = (address: unknown) => (typeof address === 'string' && /^https?:\/\/\S{1,1900}$/.test(address) ? address : null)

const upTo = (instantMs: unknown, atMs: number) => (typeof instantMs === 'number' ? Math.min(instantMs, atMs) : instantMs)

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
