/**
 * The change feed in latest-version mode: every document once, in the order of its last write; what was deleted or has expired is not
 * there. A token is the LSN up to which everything was seen. All documents of one transactional batch carry one LSN, and a page never
 * ends between them: it grows instead, by 99 at most.
 */
import { feedCharge } from './charge.ts'
import { documentJson, lsnOf, type Container } from './container.ts'
import { columns, versionsPerLsn, type Row } from './document-table.ts'
import { badRequest } from './errors.ts'
import type { PartitionKey } from './partition-key.ts'
import { maxPageBytes } from './query/page.ts'
import type { Store } from './store.ts'

export type FeedStart =
  | { from: 'beginning' }
  | { from: 'now' }
  | { from: 'time'; seconds: number }
  | { from: 'token'; lsn: number }
export type FeedPage = { documents: string[]; lsn: number; charge: number }

/** Walking this many newer rows costs less than looking through all of a partition. */
const nearRows = 2_000

export function readFeed(
  store: Store,
  container: Container,
  start: FeedStart,
  partitionKey: PartitionKey | undefined,
  maxItems: number,
  nowSeconds: number,
): FeedPage {
  const seen = seenBefore(store, container, start)
  // The answer to nearly every poll, without touching SQLite.
  if (seen === container.lsn) return { documents: [], lsn: seen, charge: feedCharge(0) }
  const documents: string[] = []
  let bytes = 0
  let last = seen
  for (const row of rowsAfter(store, container, seen, partitionKey, maxItems, nowSeconds)) {
    const lsn = lsnOf(row.version)
    if (lsn !== last && (documents.length >= maxItems || bytes >= maxPageBytes)) {
      return { documents, lsn: last, charge: feedCharge(bytes) }
    }
    const text = documentJson(container, row, true)
    documents.push(text)
    bytes += text.length
    last = lsn
  }
  // A whole batch more was asked for than fits, so running out of rows means that there is nothing left.
  return { documents, lsn: container.lsn, charge: feedCharge(bytes) }
}

function rowsAfter(
  store: Store,
  container: Container,
  seen: number,
  partitionKey: PartitionKey | undefined,
  maxItems: number,
  nowSeconds: number,
) {
  const { name } = container.documents
  const firstVersion = (seen + 1) * versionsPerLsn
  const limit = maxItems + versionsPerLsn
  if (partitionKey === undefined) {
    const statement = store.prepare(
      `SELECT ${columns} FROM ${name} INDEXED BY ${name}_version WHERE version >= ? AND (exp IS NULL OR exp > ?) ORDER BY version LIMIT ?`,
    )
    return statement.iterate(firstVersion, nowSeconds, limit) as Iterable<Row>
  }
  const index = container.lsn - seen < nearRows ? `${name}_version` : `${name}_pk_id`
  const statement = store.prepare(
    `SELECT ${columns} FROM ${name} WHERE rid IN (SELECT rid FROM ${name} INDEXED BY ${index} WHERE pk = ? AND version >= ?
     AND (exp IS NULL OR exp > ?) ORDER BY version LIMIT ?) ORDER BY version`,
  )
  return statement.iterate(partitionKey, firstVersion, nowSeconds, limit) as Iterable<Row>
}

function seenBefore(store: Store, container: Container, start: FeedStart): number {
  switch (start.from) {
    case 'beginning':
      return 0
    case 'now':
      return container.lsn
    case 'time':
      return beforeTime(store, container, start.seconds)
    case 'token':
      if (start.lsn <= container.lsn) return start.lsn
      throw badRequest(
        `The change feed token ${start.lsn} is ahead of the container's ${container.lsn}: it is not from this container.`,
      )
  }
}

/** Since `ts` never falls along `version`, halving finds the first document of that second or later. */
function beforeTime(store: Store, container: Container, seconds: number): number {
  const { name } = container.documents
  const next = store.prepare(`SELECT version, ts FROM ${name} WHERE version >= ? ORDER BY version LIMIT 1`)
  let low = 0
  let high = (container.lsn + 1) * versionsPerLsn
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const row = next.get(middle) as { version: number; ts: number } | undefined
    if (row === undefined || row.ts >= seconds) high = middle
    else low = row.version + 1
  }
  const first = next.get(low) as { version: number } | undefined
  return first === undefined ? container.lsn : lsnOf(first.version) - 1
}
