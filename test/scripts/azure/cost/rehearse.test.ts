import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { CosmosClient } from '@azure/cosmos'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { BookCache } from '../../../../functions/dedupe/book-cache.ts'
import { bookStore } from '../../../../functions/dedupe/cosmos.ts'
import { dedupe } from '../../../../functions/dedupe/dedupe.ts'
import { oddsLayout } from '../../../../infra/local/cosmos/layout.ts'
import { type CosmosServer, startCosmos } from '../../../../infra/local/cosmos/server.ts'
import { database } from '../../../../infra/names.ts'
import { chargedStore } from '../../../../scripts/azure/cost/charged-store.ts'
import { cellOf, levers } from '../../../../scripts/azure/cost/levers.ts'
import { listPrices } from '../../../../scripts/azure/cost/prices.ts'
import { batchesOf, rehearse, type Rehearsed, usualPace } from '../../../../scripts/azure/cost/rehearse.ts'
import { billTable, dollars, usageTable } from '../../../../scripts/azure/cost/table.ts'
import { asInProd } from '../../../../scripts/azure/cost/usage.ts'
import { shape, workload } from '../../../../scripts/azure/cost/workload.ts'

const ttlSeconds = 86_400
const noLetters = { add: () => Promise.reject(new Error('unreadable')) }
const startMs = Date.UTC(2026, 0, 1)

describe('the workload', () => {
  it('moves one price at a time, some far more often than others', () => {
    const feed = workload(1)
    const moved = Array.from({ length: 5_000 }, (_, i) => feed.next(startMs + i).marketId)
    const counts = [...Map.groupBy(moved, (id) => id).values()].map(({ length }) => length).sort((a, b) => b - a)
    const share = (markets: number) => counts.slice(0, markets).reduce((sum, n) => sum + n, 0) / moved.length
    expect(counts.length).toBeGreaterThan(shape.markets * 0.9)
    expect(share(shape.markets / 5)).toBeGreaterThan(0.5)
    expect(share(shape.markets / 5)).toBeLessThan(0.9)
  })

  it('is the same for the same seed', () => {
    const [one, other] = [workload(7), workload(7)]
    for (let i = 0; i < 100; i++) expect(one.next(i)).toEqual(other.next(i))
  })
})

describe('batches', () => {
  const arrivals = (...atMs: number[]) => {
    const [message] = workload(1).all(startMs)
    return atMs.map((at) => ({ atMs: at, message: message ?? workload(1).next(0) }))
  }
  const sizes = (...atMs: number[]) => batchesOf(arrivals(...atMs), 8, 40).map((batch) => [batch.atMs, batch.messages.length])

  it('begin as soon as something is there and the one before is done, with all that has come by then', () => {
    expect(sizes(0, 100, 200)).toEqual([
      [0, 1],
      [100, 1],
      [200, 1],
    ])
    expect(sizes(0, 10, 20, 39, 41)).toEqual([
      [0, 1],
      [40, 3],
      [80, 1],
    ])
  })
})

describe('the charges of a rehearsal', () => {
  let dataDir = ''
  let server: CosmosServer
  let client: CosmosClient

  beforeAll(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'oddscast-charges-'))
    server = await startCosmos({ port: 0, dataDir, layout: oddsLayout })
    client = new CosmosClient(server.connectionString)
  })
  afterAll(async () => {
    client.dispose()
    await server.close()
    await rm(dataDir, { recursive: true, force: true })
  })

  it('are those of the local Cosmos DB for the same batches through the SDK', async () => {
    const feed = workload(1)
    const batches = [
      feed.all(startMs),
      ...Array.from({ length: 50 }, (_, i) => Array.from({ length: 1 + (i % 5) }, (_, j) => feed.next(startMs + 1 + i * 10 + j))),
    ]
    const { signal } = new AbortController()
    const real = bookStore(client.database(database), ttlSeconds, signal)
    const charged = chargedStore(ttlSeconds)
    for (const books of [real, charged.books]) {
      const cache = new BookCache()
      let sequence = 0
      for (const messages of batches) {
        const events = messages.map((message) => ({
          body: Buffer.from(JSON.stringify(message)),
          partition: '0',
          sequence: sequence++,
        }))
        await dedupe(events, { books, deadLetters: noLetters }, cache, () => startMs + 1_000)
      }
    }
    const charges = (await (await fetch(new URL('/_local/charges', server.endpoint))).json()) as Record<
      string,
      { requestUnits: number }
    >
    const total = Object.entries(charges)
      .filter(([key]) => key.startsWith('odds '))
      .reduce((sum, [, { requestUnits }]) => sum + requestUnits, 0)
    expect(Math.abs(charged.charged() / total - 1)).toBeLessThan(0.03)
  })
})

describe('a rehearsal', () => {
  let [one, hundred]: Rehearsed[] = []

  beforeAll(async () => {
    ;[one, hundred] = await Promise.all([rehearse(1, 20), rehearse(100, 10)])
  })

  it('is the same each time', async () => {
    expect(await rehearse(100, 10)).toEqual(hundred)
  })

  it('has a batch and a page a tick where ticks are rare, and fewer where they are not', () => {
    expect(one?.executions).toMatchObject({ dedupePolitics: 1, fanoutTicks: 1 })
    expect(hundred?.executions['dedupePolitics']).toBeGreaterThan(8)
    expect(hundred?.executions['dedupePolitics']).toBeLessThan(100)
    expect(hundred?.executions['fanoutTicks']).toBeLessThanOrEqual(1_000 / usualPace.pageMs)
  })

  it('costs less a tick the more of them meet', () => {
    const perTick = ({ requestUnits, ticksPerSecond }: Rehearsed) => requestUnits.work / ticksPerSecond
    expect(perTick(hundred ?? never())).toBeLessThan(perTick(one ?? never()))
    expect(perTick(hundred ?? never())).toBeGreaterThan(10)
  })

  it('sends less when it sends less often, and least of ten markets', async () => {
    const slower = await rehearse(100, 10, { ...usualPace, pageMs: 1_000, restMs: 1_000 })
    const usual = hundred ?? never()
    expect(slower.browserBytes).toBeLessThan(usual.browserBytes * 0.7)
    expect(slower.requestUnits.polls).toBeLessThan(usual.requestUnits.polls)
    expect(10 * usual.marketBytes).toBeLessThan(usual.browserBytes / 5)
  })

  it('says which lever saves most at a size, and what all of them leave', async () => {
    const at = {
      usual: hundred ?? never(),
      slower: hundred ?? never(),
      session: { requests: 7, requestUnits: 50, bytes: 90_000 },
    }
    const readers = { functions: 4, ofOneHub: 2, partitions: 8 }
    const cell = cellOf(at, 1_000, asInProd(['dedupePolitics']), listPrices(), readers)
    expect(levers.map(({ name }) => name)).toContain(cell.best.name)
    expect(cell.best.name).toContain('10 markets')
    expect(cell.best.usd).toBeLessThan(cell.bill.usd)
    expect(cell.all.usd).toBeLessThanOrEqual(cell.best.usd)
    const table = billTable([cell])
    expect(table[0]).toContain('| ticks/s | browsers | a month | Event Hubs | Cosmos DB | Web PubSub | Functions |')
    expect(table[2]).toContain(`| 100 | 1,000 | **${dollars(cell.bill.usd)}** |`)
    expect(usageTable([at])[2]?.split('|')).toHaveLength(11)
  })

  it('tells money by three digits', () => {
    expect([0, 0.42, 5.4, 549, 1_936, 66_733, 41_100_321].map(dollars)).toEqual([
      '$0',
      '$0.42',
      '$5',
      '$549',
      '$1,940',
      '$66,700',
      '$41,100,000',
    ])
  })
})

function never(): never {
  throw new Error('there was no rehearsal')
}
