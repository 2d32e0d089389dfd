import * as v from '@badrap/valita'

import type { SchemaName } from '../../functions/book/schema-ids.ts'
import { boardMessage, goneMessage, marketDelta, marketMessage } from '../../functions/book/wire.ts'
import type { Form } from './json-schema.ts'
import {
  bookDocument,
  countsDocument,
  feedDocument,
  feedsAnswer,
  marketsAnswer,
  pricedBook,
  snapshotRequired,
  tickDocument,
} from './written.ts'

/** `root`: what `words.ts` calls the thing whose fields are at the top. */
export type Message = { name: SchemaName; form: Form; type: v.Type; root: string; title: string; description: string }

export const messages: readonly Message[] = [
  {
    name: 'snapshot-message',
    form: 'read',
    type: v.union(marketMessage, goneMessage),
    root: 'message',
    title: 'A market, as a feed showed it at one instant, or that the feed no longer lists it',
    description:
      'What travels on the event hubs, one message a market; whoever reads a feed may send it, with the shard of the market as partition key. ' +
      'Beyond what is said here: marketId begins with the name of the feed and a colon; each selection is quoted at most once by each bookmaker; ' +
      'last, back and lay are prices in priceFormat (probability: 0 to 1; decimal: 1 and more; american: 100 and more, or −100 and less); ' +
      'asOfMs is at most five minutes ahead of the reader’s clock. A message that breaks any of this becomes a dead letter.',
  },
  {
    name: 'board-message',
    form: 'sent',
    type: boardMessage,
    root: 'board',
    title: 'What the socket brings',
    description:
      'Pushed to the Web PubSub groups odds.<topic>, odds.<topic>.<market> and odds.feeds. Apply a delta onto a book whose seq is from − 1 or later. ' +
      'Readers pass over fields, and kinds of message, that they do not know.',
  },
  {
    name: 'markets-answer',
    form: 'sent',
    type: marketsAnswer,
    root: 'answer',
    title: 'All books: GET /api/markets',
    description: 'The snapshot that the deltas of the socket follow.',
  },
  {
    name: 'market-answer',
    form: 'sent',
    type: pricedBook,
    root: 'book',
    title: 'One book: GET /api/markets/{id}',
    description: 'All current prices of one market.',
  },
  {
    name: 'market-delta',
    form: 'sent',
    type: marketDelta,
    root: 'delta',
    title: 'Missing ticks: GET /api/markets/{id}/ticks?after=',
    description: 'Every tick of the market after the seq that was asked for, in order.',
  },
  {
    name: 'snapshot-required',
    form: 'sent',
    type: snapshotRequired,
    root: 'refusal',
    title: 'Why a snapshot must be taken instead of the missing ticks (status 410)',
    description: 'Discard the book of this market and take a new one: GET /api/markets/{id}.',
  },
  {
    name: 'feeds-answer',
    form: 'sent',
    type: feedsAnswer,
    root: 'answer',
    title: 'How every feed is: GET /api/feeds',
    description: 'Facts of each feed’s last poll, what they mean now, and the topics and groups that a browser may follow.',
  },
  {
    name: 'book-document',
    form: 'sent',
    type: bookDocument,
    root: 'book',
    title: 'A stored book: container odds, type book',
    description: 'All current prices of one market, one document a market, kept for ever.',
  },
  {
    name: 'tick-document',
    form: 'sent',
    type: tickDocument,
    root: 'ticks',
    title: 'A stored tick: container odds, type tick',
    description:
      'One observed change of one selection at one bookmaker, flat, with every field always there: what Power BI reads.',
  },
  {
    name: 'feed-document',
    form: 'sent',
    type: feedDocument,
    root: 'feeds',
    title: 'A stored feed: container feeds',
    description: 'What is known of a feed after its last poll, and which of its markets are open.',
  },
  {
    name: 'counts-document',
    form: 'sent',
    type: countsDocument,
    root: 'counts',
    title: 'Stored counts of dedupe: container feeds, type dedupe-counts',
    description: 'What dedupe made of a feed’s messages, over all of its workers.',
  },
]
