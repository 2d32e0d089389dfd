import { rm } from 'node:fs/promises'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { handClock } from '../../infra/local/clock.ts'
import { runBatch } from '../../infra/local/cosmos/batch.ts'
import { openCatalog } from '../../infra/local/cosmos/catalog.ts'
import type { Container } from '../../infra/local/cosmos/container.ts'
import { oddsLayout, provision } from '../../infra/local/cosmos/layout.ts'
import { chooseIndex } from '../../infra/local/cosmos/query/access-path.ts'
import { planQuery } from '../../infra/local/cosmos/query/plan.ts'
import { openStore, type Store } from '../../infra/local/cosmos/store.ts'
import { temporaryFolder } from './cosmos-support.ts'

const markets = 40
let dataDir: string
let store: Store
let odds: Container
let table: string

/** 40 markets with a book and 297 ticks each: nearly all documents are ticks, and all are of one topic. */
beforeAll(async () => {
  dataDir = await temporaryFolder()
  store = openStore(dataDir)
  const catalog = openCatalog(store, handClock())
  provision(catalog, oddsLayout, () => {})
  odds = catalog.container('odds', 'odds')
  table = odds.documents.name
  for (let market = 0; market < markets; market += 1) {
    const marketId = `m${market}`
    for (let batch = 0; batch < 3; batch += 1) {
      const ticks = Array.from({ length: 99 }, (_, at) => ({ id: `t${batch}-${at}`, type: 'tick', seq: batch * 99 + at + 1 }))
      const documents = batch === 0 ? [{ id: 'book', type: 'book', seq: 297 }, ...ticks] : ticks
      const operations = documents.map((document) => ({
        operationType: 'Create',
        resourceBody: { ...document, marketId, topic: 'politics' },
      }))
      const mode = { kind: 'atomic' as const, partitionKey: JSON.stringify(marketId) }
      runBatch(store, odds, operations, mode, true, 1_000)
    }
  }
})
afterAll(async () => {
  store.close()
  await rm(dataDir, { recursive: true, force: true })
})

function indexOf(query: string, marketId?: string): string | undefined {
  const plan = planQuery(odds, query, new Map(), marketId === undefined ? undefined : JSON.stringify(marketId))
  expect(plan.test).toBeUndefined()
  return chooseIndex(store, odds.documents, plan.clauses, plan.order.kind === 'column' ? plan.order.column : undefined)
}

describe('the index that a query walks', () => {
  it('is the one of the rare value: all books among the ticks, whichever order the conditions have', () => {
    expect(indexOf(`SELECT * FROM c WHERE c.type = 'book' AND c.topic = 'politics'`)).toBe(`${table}_k0`)
    expect(indexOf(`SELECT * FROM c WHERE c.topic = 'politics' AND c.type = 'book'`)).toBe(`${table}_k0`)
    expect(indexOf(`SELECT * FROM c WHERE c.type = 'book' ORDER BY c.seq`)).toBe(`${table}_k0`)
  })

  it('is the one within the partition that gives the ticks after a seq in order', () => {
    const query = `SELECT * FROM c WHERE c.type = 'tick' AND c.seq > 290 ORDER BY c.seq`
    expect(indexOf(query, 'm7')).toBe(`${table}_pk_k2`)
    expect(indexOf(`${query} DESC`, 'm7')).toBe(`${table}_pk_k2`)
    expect(indexOf(`SELECT * FROM c WHERE c.marketId = 'm7' AND c.seq > 290 ORDER BY c.seq`)).toBe(`${table}_pk_k2`)
  })

  it('is the one of the order when no condition is rare', () => {
    expect(indexOf(`SELECT * FROM c WHERE c.type = 'tick' ORDER BY c.seq`)).toBe(`${table}_k2`)
    expect(indexOf('SELECT * FROM c ORDER BY c.seq', 'm7')).toBe(`${table}_pk_k2`)
  })

  it('is the primary key for a document of a partition, and none for everything', () => {
    expect(indexOf(`SELECT * FROM c WHERE c.id = 'book'`, 'm7')).toBe(`${table}_pk_id`)
    expect(indexOf('SELECT * FROM c', 'm7')).toBe(`${table}_pk_id`)
    expect(indexOf('SELECT * FROM c')).toBeUndefined()
  })
})
