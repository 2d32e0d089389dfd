import { schemaId } from '../../book/schema-ids.ts'
import type { MarketDelta, SnapshotRequired } from '../../book/wire.ts'
import { json, type Reply } from '../../http/reply.ts'
import { endpoint } from './endpoint.ts'
import { marketId, whole } from './kinds.ts'
import { noSuchMarket } from './no-such-market.ts'
import { optional, required } from './parameters.ts'

/** More than this many ticks behind, a snapshot is the shorter way. */
const maxTicks = 1_000

export const getTicks = endpoint({
  name: 'apiMarketTicks',
  method: 'GET',
  route: 'api/markets/{id}/ticks',
  says: 'All that happened to a market after the seq that you hold, or why you must take a new snapshot instead.',
  path: { id: required(marketId, 'The market.') },
  query: {
    after: required(whole(0, Number.MAX_SAFE_INTEGER), 'The seq that you hold. Of a market of which you hold nothing it is 0.'),
    limit: optional(
      whole(1, maxTicks),
      `At most this many ticks; ask again after the seq that they reach. Without it more than ${maxTicks.toLocaleString('en')} are too far behind.`,
    ),
  },
  answers: {
    200: { says: 'The ticks, in order and without a hole.', schema: 'market-delta' },
    410: { says: 'A new snapshot is needed.', schema: 'snapshot-required' },
  },
  async answer({ path: { id }, query: { after, limit } }, { odds }) {
    const store = await odds()
    const ticks = await store.ticks(id, after, limit ?? maxTicks + 1)
    const [first] = ticks
    const last = ticks.at(-1)
    if (first !== undefined && last !== undefined) {
      if (first.seq !== after + 1) return snapshotRequired('expired')
      if (ticks.length > maxTicks) return snapshotRequired('too_far_behind')
      return deltaOf({ id, from: after + 1, to: last.seq, status: last.marketStatus, ticks })
    }
    const book = await store.book(id)
    if (book === undefined) return noSuchMarket(id)
    if (book.seq < after) return snapshotRequired('ahead')
    // Ticks expire, books do not: a market that has rested for longer than ticks live is known by its book alone.
    if (book.seq > after) return snapshotRequired('expired')
    return deltaOf({ id, from: after + 1, to: after, status: book.status, ticks: [] })
  },
})

const deltaOf = (delta: MarketDelta): Reply => json(delta, { schema: schemaId('market-delta') })
const snapshotRequired = (reason: SnapshotRequired['reason']): Reply =>
  json({ error: 'snapshot_required', reason } satisfies SnapshotRequired, { schema: schemaId('snapshot-required'), status: 410 })
