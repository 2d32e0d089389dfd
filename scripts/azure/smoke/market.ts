import { feedName, marketIdOf, selectionIdOf, type Topic, topicOf } from '../../../functions/book/ids.ts'
import type { Book } from '../../../functions/book/market.ts'
import { topicNames } from '../../../infra/names.ts'

/** One market for all smoke tests there will ever be, closed between them, so that nobody takes it for one to bet on. */
const feed = feedName('smoke')
export const smokeRoute = `/api/feeds/${feed}/odds`
export const smokeMarket = marketIdOf(feed, 'market')
export const smokeTopic: Topic = topicOf(topicNames[0] ?? '')

const selection = selectionIdOf(feed, 'yes')
const bookmaker = 'smoke'

/** What is pushed: the market open at `price`, or closed. */
export function smokePush(price: number | 'closed'): object {
  const status = price === 'closed' ? 'closed' : 'open'
  const quote = { bookmaker, back: price === 'closed' ? null : price, status }
  return {
    marketId: smokeMarket,
    topic: smokeTopic,
    priceFormat: 'decimal',
    market: { name: 'Does a tick get through?', status },
    selections: [{ id: selection, name: 'Yes', quotes: [quote] }],
  }
}

/** Another price than the one that is known, or nothing would have changed and nothing would be told. */
export const nextPrice = (book: Book | undefined): number => (priceIn(book) === 2 ? 2.5 : 2)

export function priceIn(book: Book | undefined): number | null {
  return book?.selections.find(({ id }) => id === selection)?.quotes[0]?.back ?? null
}
