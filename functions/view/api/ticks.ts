import { schemaId } from '../../book/schema-ids.ts'
import type { MarketDelta, SnapshotRequired } from '../../book/wire.ts'
import { json, problem, type Reply } from '../../http/reply.ts'
import { badMarketId, marketIdIn, noSuchMarket } from './market-id.ts'
import type { OddsStore } from './odds-store.ts'
import type { ApiRequest } from './request.ts'

/** More than this many ticks behind, a snapshot is the shorter way. */
const maxTicks = 1_000

/** `GET /api/markets/{id}/ticks?after=<seq>`: all that happened since, or 410 and why a snapshot is needed instead. */
export async function getTicks({ params, query }: ApiRequest, store: OddsStore): Promise<Reply> {
  const id = marketIdIn(params)
  if (id === undefined) return badMarketId
  const after = Number(query.get('after') ?? Number.NaN)
  if (!Number.isSafeInteger(after) || after < 0)
    return problem(400, 'Unknown place', 'after takes the seq that you hold, a whole number')
  const ticks = await store.ticks(id, after, maxTicks + 1)
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
}

const deltaOf = (delta: MarketDelta): Reply => json(delta, { schema: schemaId('market-delta') })
const snapshotRequired = (reason: SnapshotRequired['reason']): Reply =>
  json({ error: 'snapshot_required', reason } satisfies SnapshotRequired, { schema: schemaId('snapshot-required'), status: 410 })
