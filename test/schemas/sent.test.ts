import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

import type { CosmosClient, Database } from '@azure/cosmos'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { schemaId, type SchemaName } from '../../functions/book/schema-ids.ts'
import type { BoardMessage, SnapshotMessage } from '../../functions/book/wire.ts'
import { collect } from '../../functions/collect/collect.ts'
import { feedStore } from '../../functions/collect/cosmos.ts'
import { snapshotEvent } from '../../functions/collect/event-hub.ts'
import { fixtureStore as fixtureWriter } from '../../functions/collect/fixtures/cosmos.ts'
import { fixtureOf } from '../../functions/collect/fixtures/put-fixture.ts'
import { newMemory } from '../../functions/collect/memory.ts'
import { predictIt } from '../../functions/collect/predictit/raw.ts'
import { readMarkets } from '../../functions/collect/predictit/read.ts'
import { connectCosmos } from '../../functions/connect/cosmos.ts'
import { BookCache } from '../../functions/dedupe/book-cache.ts'
import { bookStore, countStore, deadLetters } from '../../functions/dedupe/cosmos.ts'
import { dedupe } from '../../functions/dedupe/dedupe.ts'
import { alertStore as alertWriter } from '../../functions/detect/cosmos.ts'
import { fanoutAlerts, fanoutFeeds, fanoutTicks } from '../../functions/fanout/fanout.ts'
import { boardFrame } from '../../functions/fanout/web-pubsub.ts'
import type { Reply } from '../../functions/http/reply.ts'
import { getAlerts } from '../../functions/view/api/alerts.ts'
import { getClients } from '../../functions/view/api/clients.ts'
import { getFeeds } from '../../functions/view/api/feeds.ts'
import { getFixture, getFixtures } from '../../functions/view/api/fixtures.ts'
import { getHealth } from '../../functions/view/api/health.ts'
import { getHistory } from '../../functions/view/api/history.ts'
import { getLatest } from '../../functions/view/api/latest.ts'
import { getMarket, getMarkets } from '../../functions/view/api/markets.ts'
import { clientRegister } from '../../functions/view/clients/cosmos.ts'
import { postNegotiate } from '../../functions/view/api/negotiate.ts'
import { getSeqs } from '../../functions/view/api/seqs.ts'
import { getTicks } from '../../functions/view/api/ticks.ts'
import { alertStore, fixtureStore, oddsStore } from '../../functions/view/cosmos.ts'
import { oddsLayout } from '../../infra/local/cosmos/layout.ts'
import { type CosmosServer, startCosmos } from '../../infra/local/cosmos/server.ts'
import { type ContainerName, database as databaseName } from '../../infra/names.ts'
import { alertOf } from '../support/alerts.ts'
import { messages } from '../support/arbitrary.ts'
import { asking, jsonIn, portsOf } from '../support/asking.ts'
import { worker } from '../support/collecting.ts'
import { predictItBodies, recordingsFolder } from '../support/recordings.ts'
import { publishedCheck } from '../support/schema-check.ts'

const hubCheck = publishedCheck('snapshot-message')
const complaintsOf = (all: readonly SnapshotMessage[]) =>
  all.map((message) => hubCheck(snapshotEvent(message, undefined).body)).filter((complaint) => complaint !== undefined)

describe('what goes to the event hub keeps to its schema', () => {
  it('whatever a feed may say', () => {
    fc.assert(
      fc.property(messages('m'), (all) => {
        expect(complaintsOf(all)).toEqual([])
      }),
    )
  })

  it.skipIf(recordingsFolder() === undefined)('on recorded bodies of PredictIt, all that are published', async () => {
    const bodies = await predictItBodies()
    const memory = newMemory()
    const published: SnapshotMessage[] = []
    for (const body of bodies.filter((_, i) => i % 10 === 0)) {
      await collect(
        { name: predictIt, everyMs: 120_000, poll: async (at) => readMarkets(JSON.parse(body.text), at.observedAtMs, null) },
        memory,
        {
          store: { load: async () => memory.record, save: async () => undefined },
          deadLetters: { add: async () => undefined },
          publisher: { publish: async (all) => void published.push(...all) },
        },
        { nowMs: () => body.fetchedAtMs, random: () => 0, signal: new AbortController().signal },
      )
    }
    expect(published.length).toBeGreaterThan(500)
    expect(complaintsOf(published)).toEqual([])
  })
})

describe('what is stored, pushed to browsers and answered keeps to its schemas', () => {
  let folder: string
  let server: CosmosServer
  let client: CosmosClient
  let database: Database
  const signal = AbortSignal.timeout(60_000)
  const unreadable: string[] = []
  const documents = new Map<SchemaName, object[]>()

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'oddscast-schemas-'))
    server = await startCosmos({ port: 0, dataDir: folder, layout: oddsLayout })
    client = await connectCosmos({ kind: 'connection-string', connectionString: server.connectionString })
    database = client.database(databaseName)
    await write()
    for (const container of ['odds', 'feeds', 'alerts', 'fixtures'] as const) await readAll(container)
  })
  afterAll(async () => {
    client.dispose()
    await server.close()
    await rm(folder, { recursive: true, force: true })
  })

  async function write() {
    const said = fc.sample(messages('m', { maxLength: 20 }), { numRuns: 20, seed: 7 })
    const events = said.flatMap((all, i) =>
      all.map((message, sequence) => {
        const body = Buffer.from(JSON.stringify({ ...message, marketId: `${message.marketId}${i}` }))
        return { body, partition: String(i), sequence }
      }),
    )
    const ports = { books: bookStore(database, 60, signal), deadLetters: deadLetters(database, 'odds-politics', () => 9, signal) }
    const report = await dedupe(events, ports, new BookCache(), () => 9_000)
    expect(report).toMatchObject({ rejected: 0 })

    const polled = worker()
    await polled.see({ 9: 0.5 })
    polled.answer = () => ({ kind: 'failed', reason: 'answered 500', retryAfterMs: null })
    await polled.poll()
    if (polled.stored === undefined) throw new Error('nothing was stored')
    await feedStore(database).save(polled.stored)
    const { fresh, duplicate, stale, ticks } = report
    await countStore(database, signal).add(polled.stored.health.feed, { sinceMs: 5, fresh, duplicate, stale, ticks }, 9_000)
    await alertWriter(database, signal).raise([
      alertOf('a'),
      alertOf('b', { selectionId: null, kind: 'arbitrage', tookMs: null }),
    ])
    const fixture = fixtureOf('f1', { name: 'A at B', startsAtMs: 5_000, links: [] }, 9_000)
    if (fixture.ok) await fixtureWriter(database).put(fixture.value)
  }

  async function readAll(container: ContainerName) {
    const { resources } = await database.container(container).items.query<{ type?: string }>('SELECT * FROM c').fetchAll()
    for (const document of resources) {
      const name = schemaOf(container, document.type)
      documents.set(name, [...(documents.get(name) ?? []), document])
    }
  }

  function schemaOf(container: ContainerName, type: string | undefined): SchemaName {
    if (container === 'odds') return type === 'book' ? 'book-document' : 'tick-document'
    if (container === 'feeds') return type === 'dedupe-counts' ? 'counts-document' : 'feed-document'
    return container === 'alerts' ? 'alert-document' : 'fixture-document'
  }

  it.each(['tick-document', 'book-document', 'feed-document', 'counts-document', 'alert-document', 'fixture-document'] as const)(
    'every %s, as the store gives it back',
    (name) => {
      const check = publishedCheck(name)
      const all = documents.get(name) ?? []
      expect(all).not.toEqual([])
      expect(all.flatMap((document) => check(document) ?? [])).toEqual([])
    },
  )

  it('every kind of message on the socket', async () => {
    const sent: BoardMessage[] = []
    const to = { send: async (_group: string, message: BoardMessage) => void sent.push(message) }
    await fanoutTicks(documents.get('tick-document') ?? [], to, () => 9_000)
    await fanoutFeeds([...(documents.get('feed-document') ?? []), ...(documents.get('counts-document') ?? [])], to, () => 9_000)
    await fanoutAlerts(documents.get('alert-document') ?? [], to, () => 9_000)
    expect(new Set(sent.map(({ kind }) => kind))).toEqual(new Set(['delta', 'feeds', 'alert']))
    const check = publishedCheck('board-message')
    expect(sent.flatMap((message) => check(boardFrame(message)) ?? [])).toEqual([])
  })

  it('every answer over HTTP', async () => {
    const noticed = (reason: string) => void unreadable.push(reason)
    const register = clientRegister(database, noticed)
    await register.add({ id: 'c1', userId: 'wall-screen', protocol: null, connectedAtMs: 8_000, seenAtMs: 8_000 })
    const ask = asking(
      portsOf({
        odds: async () => oddsStore(database, ['politics'], noticed, () => 9_000),
        fixtures: async () => fixtureStore(database, noticed),
        alerts: async () => alertStore(database, noticed),
        clients: async () => register,
        doorkeeper: async () => ({ clientUrl: async (userId) => `wss://board.example/client?user=${userId}` }),
        nowMs: () => 9_000,
      }),
    )
    const [book] = documents.get('book-document') as { marketId: string; seq: number }[]
    const market = { params: { id: book?.marketId ?? '' } }
    const answers: [SchemaName, Reply][] = [
      ['markets-answer', await ask(getMarkets)],
      ['market-answer', await ask(getMarket, '', market)],
      ['market-delta', await ask(getTicks, 'after=0', market)],
      ['market-delta', await ask(getTicks, `after=${book?.seq}`, market)],
      ['snapshot-required', await ask(getTicks, 'after=999', market)],
      ['seqs-answer', await ask(getSeqs)],
      ['feeds-answer', await ask(getFeeds)],
      ['alerts-answer', await ask(getAlerts)],
      ['fixtures-answer', await ask(getFixtures)],
      ['fixture-document', await ask(getFixture, '', { params: { id: 'f1' } })],
      ['health-answer', await ask(getHealth)],
      ['history-answer', await ask(getHistory, 'from=first&step=1d', market)],
      ['latest-answer', await ask(getLatest)],
      ['negotiate-answer', await ask(postNegotiate)],
      ['clients-answer', await ask(getClients)],
    ]
    for (const [name, reply] of answers) {
      const { status, headers } = reply
      const complaint = publishedCheck(name)(jsonIn(reply))
      const link = `<${schemaId(name)}>; rel="describedby"`
      expect([name, complaint, status, headers['link']]).toEqual([
        name,
        undefined,
        name === 'snapshot-required' ? 410 : 200,
        link,
      ])
    }
    expect(unreadable).toEqual([])
  })
})
