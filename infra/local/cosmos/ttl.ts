/**
 * Time to live. An expired document is invisible from its second on, since every read asks for `exp`; its row is removed later by a
 * sweep over the rows in order of creation, a few hundred at a time. No index on `exp`: that would cost every write a dirty page to
 * make a background task faster.
 */
import type { Clock } from '../clock.ts'
import type { Container } from './container.ts'
import { isTtl } from './definition.ts'
import { badRequest } from './errors.ts'
import type { JsonObject } from './json.ts'
import type { Store } from './store.ts'

const rowsPerStep = 500
const pauseMs = 1_000

export function expiryOf(document: JsonObject, defaultTtlSeconds: number | undefined, seconds: number): number | null {
  const own = document['ttl'] ?? undefined
  if (own !== undefined && !isTtl(own)) {
    throw badRequest(`The document's ttl must be -1 or a positive integer, not ${JSON.stringify(own)}.`)
  }
  const ttl = defaultTtlSeconds === undefined ? -1 : (own ?? defaultTtlSeconds)
  return ttl === -1 ? null : seconds + ttl
}

export function isExpired(row: { exp: number | null }, nowSeconds: number): boolean {
  return row.exp !== null && row.exp <= nowSeconds
}

/** Sweeps one step of every container each second, until the returned function is called. */
export function sweepExpired(store: Store, containers: () => Iterable<Container>, clock: Clock): () => void {
  const positions = new WeakMap<Container['documents'], number>()
  let cancel = () => {}
  const step = () => {
    const nowSeconds = Math.floor(clock.nowMs() / 1_000)
    for (const container of containers()) {
      if (container.definition.defaultTtlSeconds === undefined) continue
      positions.set(
        container.documents,
        sweepStep(store, container.documents.name, positions.get(container.documents) ?? 0, nowSeconds),
      )
    }
    cancel = clock.after(pauseMs, step)
  }
  cancel = clock.after(pauseMs, step)
  return () => cancel()
}

/** Removes what is expired among the next rows after `position`, and returns where to go on: 0 at the end. */
export function sweepStep(store: Store, table: string, position: number, nowSeconds: number): number {
  const { last, expired } = store
    .prepare(
      `SELECT coalesce(max(rid), 0) AS last, coalesce(sum(exp <= ?), 0) AS expired
       FROM (SELECT rid, exp FROM ${table} WHERE rid > ? ORDER BY rid LIMIT ${rowsPerStep})`,
    )
    .get(nowSeconds, position) as { last: number; expired: number }
  if (expired > 0) store.prepare(`DELETE FROM ${table} WHERE rid > ? AND rid <= ? AND exp <= ?`).run(position, last, nowSeconds)
  return last
}
