import * as v from '@badrap/valita'

import type { SchemaName } from '../../functions/book/schema-ids.ts'
import { boardMessage, goneMessage, marketDelta, marketMessage } from '../../functions/book/wire.ts'
import { type Form, type JsonSchema, jsonSchema } from './json-schema.ts'
import { pushedFixture, pushedOdds } from './pushed.ts'
import { describe } from './words.ts'
import {
  alertDocument,
  alertsAnswer,
  bookDocument,
  clientsAnswer,
  countsDocument,
  feedDocument,
  feedsAnswer,
  fixtureDocument,
  fixturesAnswer,
  healthAnswer,
  historyAnswer,
  latestAnswer,
  marketsAnswer,
  negotiateAnswer,
  pricedBook,
  problem,
  pushAnswer,
  seqsAnswer,
  snapshotRequired,
  tickDocument,
} from './written.ts'

export type Message = { name: SchemaName; form: Form; title: string; description: string; schema: () => JsonSchema }

/** `root`: what `words.ts` calls the thing whose fields are at the top. */
const read = (type: v.Type, root: string) => () => jsonSchema(type, 'read', root, describe)
const sent = (type: v.Type, root: string) => () => jsonSchema(type, 'sent', root, describe)

export const messages: readonly Message[] = [
  {
    name: 'snapshot-message',
    form: 'read',
    schema: read(v.union(marketMessage, goneMessage), 'message'),
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
    schema: sent(boardMessage, 'board'),
    title: 'What the socket brings',
    description:
      'Pushed to the Web PubSub groups odds.<topic>, odds.<topic>.<market> and odds.feeds. Apply a delta onto a book whose seq is from − 1 or later. ' +
      'Readers pass over fields, and kinds of message, that they do not know.',
  },
  {
    name: 'markets-answer',
    form: 'sent',
    schema: sent(marketsAnswer, 'answer'),
    title: 'All books: GET /api/markets',
    description: 'The snapshot that the deltas of the socket follow.',
  },
  {
    name: 'market-answer',
    form: 'sent',
    schema: sent(pricedBook, 'book'),
    title: 'One book: GET /api/markets/{id}',
    description: 'All current prices of one market.',
  },
  {
    name: 'market-delta',
    form: 'sent',
    schema: sent(marketDelta, 'delta'),
    title: 'Missing ticks: GET /api/markets/{id}/ticks?after=',
    description: 'Every tick of the market after the seq that was asked for, in order.',
  },
  {
    name: 'snapshot-required',
    form: 'sent',
    schema: sent(snapshotRequired, 'refusal'),
    title: 'Why a snapshot must be taken instead of the missing ticks (status 410)',
    description: 'Discard the book of this market and take a new one: GET /api/markets/{id}.',
  },
  {
    name: 'seqs-answer',
    form: 'sent',
    schema: sent(seqsAnswer, 'answer'),
    title: 'How far each market has got: GET /api/seqs',
    description: 'Ask a market that is ahead of the book one holds for its ticks: GET /api/markets/{id}/ticks?after=.',
  },
  {
    name: 'feeds-answer',
    form: 'sent',
    schema: sent(feedsAnswer, 'answer'),
    title: 'How every feed is: GET /api/feeds',
    description: 'Facts of each feed’s last poll, what they mean now, and the topics and groups that a browser may follow.',
  },
  {
    name: 'alerts-answer',
    form: 'sent',
    schema: sent(alertsAnswer, 'answer'),
    title: 'The newest alerts: GET /api/alerts',
    description: 'What was worth a look, each with the quotes that it was concluded from.',
  },
  {
    name: 'fixtures-answer',
    form: 'sent',
    schema: sent(fixturesAnswer, 'answer'),
    title: 'Fixtures by their start: GET /api/fixtures',
    description: 'The real-world happenings that are bet on, as their schedules tell them.',
  },
  {
    name: 'health-answer',
    form: 'sent',
    schema: sent(healthAnswer, 'health'),
    title: 'Whether the app is well: GET /api/health',
    description: 'There is none but with status 200, which says that the store answers.',
  },
  {
    name: 'history-answer',
    form: 'sent',
    schema: sent(historyAnswer, 'history'),
    title: 'What the prices of a market did: GET /api/markets/{id}/history',
    description: 'In columns, as charts take them. Between steps a price is what it was.',
  },
  {
    name: 'latest-answer',
    form: 'sent',
    schema: sent(latestAnswer, 'answer'),
    title: 'Every price now, as one flat table: GET /api/latest',
    description: 'The first ten columns are those of the table market_data, in its order. As CSV the columns are the same.',
  },
  {
    name: 'negotiate-answer',
    form: 'sent',
    schema: sent(negotiateAnswer, 'answer'),
    title: 'Where to open a socket: POST /api/negotiate',
    description: 'Its token soon expires; the socket outlives it.',
  },
  {
    name: 'clients-answer',
    form: 'sent',
    schema: sent(clientsAnswer, 'answer'),
    title: 'Who is connected to the socket: GET /api/clients',
    description: 'As Web PubSub tells it. For holders of a function key.',
  },
  {
    name: 'push-answer',
    form: 'sent',
    schema: sent(pushAnswer, 'pushed'),
    title: 'What became of what was pushed: PUT /api/feeds/{feed}/odds',
    description: 'Each market of the body has its own result.',
  },
  {
    name: 'problem',
    form: 'sent',
    // Nothing of `errors` is said where no parameter was at fault.
    schema: () => jsonSchema(problem, 'read', 'problem', describe),
    title: 'Why there is no answer (RFC 9457)',
    description: 'Of every status from 400 on, but for 410 of the missing ticks. Some have members besides.',
  },
  {
    name: 'odds-push',
    form: 'read',
    schema: pushedOdds,
    title: 'What a provider pushes: PUT /api/feeds/{feed}/odds',
    description:
      'A market, a list of markets, or {"markets":[…]}; each market is taken or refused by itself. What holds of a snapshot-message beyond its schema holds here; feed, where it is said, is the one in the address, and an id without it gets it put before. ' +
      'The body of the AWS sample, {"odds":[…]}, is taken too, and is not described here.',
  },
  {
    name: 'fixture-push',
    form: 'read',
    schema: pushedFixture,
    title: 'A fixture as it is told: PUT /api/fixtures/{id}',
    description:
      'The whole fixture, which replaces the one before. One of startsAt and startsAtMs must be there; id, where it is said, is the one in the address; no question is linked twice, and no selection twice under one.',
  },
  {
    name: 'book-document',
    form: 'sent',
    schema: sent(bookDocument, 'book'),
    title: 'A stored book: container odds, type book',
    description: 'All current prices of one market, one document a market, kept for ever.',
  },
  {
    name: 'tick-document',
    form: 'sent',
    schema: sent(tickDocument, 'ticks'),
    title: 'A stored tick: container odds, type tick',
    description: 'One observed change of one selection at one bookmaker, flat: what Power BI reads.',
  },
  {
    name: 'feed-document',
    form: 'sent',
    schema: sent(feedDocument, 'feeds'),
    title: 'A stored feed: container feeds',
    description: 'What is known of a feed after its last poll, and which of its markets are open.',
  },
  {
    name: 'alert-document',
    form: 'sent',
    schema: sent(alertDocument, 'alerts'),
    title: 'A stored alert: container alerts',
    description: 'Something that was worth a look, with the quotes that it was concluded from.',
  },
  {
    name: 'fixture-document',
    form: 'sent',
    schema: sent(fixtureDocument, 'fixtures'),
    title: 'A stored fixture: container fixtures',
    description:
      'A fixture as its schedule tells it, and which selections of which markets are the same answer to a question about it.',
  },
  {
    name: 'counts-document',
    form: 'sent',
    schema: sent(countsDocument, 'counts'),
    title: 'Stored counts of dedupe: container feeds, type dedupe-counts',
    description: 'What dedupe made of a feed’s messages, over all of its workers.',
  },
]
