import path from 'node:path'

import { CosmosClient, type Container } from '@azure/cosmos'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { startCosmos, type CosmosServer } from '../../infra/local/cosmos/server.ts'
import { eventually, makeApp, run, type Running, type TestApp } from './functions-host-app.ts'

const following = (options = '', handle = `context.log(documents.map(({ id }) => id).join(' '))`) => `
  import { app } from '@azure/functions'
  app.cosmosDB('fanout', {
    connection: 'COSMOS', databaseName: 'odds', containerName: 'odds', leaseContainerName: 'leases', leaseContainerPrefix: 'fanout-',
    feedPollDelay: 50, ${options}
    handler: async (documents, context) => { ${handle} },
  })
`
type Lease = { id: string; continuationToken: string | null }

describe('the Cosmos DB trigger', () => {
  let app: TestApp
  let server: CosmosServer
  let client: CosmosClient
  let odds: Container
  let leases: Container
  let running: Running | undefined

  beforeEach(async () => {
    app = await makeApp('')
    await openServer(0)
    const { database } = await client.databases.create({ id: 'odds' })
    await database.containers.create({ id: 'odds', partitionKey: { paths: ['/marketId'] } })
    await database.containers.create({ id: 'leases', partitionKey: { paths: ['/id'] } })
    odds = database.container('odds')
    leases = database.container('leases')
  })
  afterEach(async () => {
    await running?.stop()
    client.dispose()
    await server.close()
    await app.remove()
  })

  async function openServer(port: number) {
    server = await startCosmos({ port, dataDir: path.join(app.dir, 'cosmos') })
    client = new CosmosClient(server.connectionString)
  }
  async function start(source: string) {
    await app.write('app.js', source)
    running = await run(app, { env: { COSMOS: server.connectionString } })
    return running
  }
  const save = (...ids: string[]) => Promise.all(ids.map((id) => odds.items.create({ id, marketId: 'm1' })))
  const leaseNow = async () => (await leases.items.readAll<Lease>().fetchAll()).resources[0]

  it('hands over what changed since the app first started, as documents', async () => {
    await save('before')
    const { logs } = await start(
      following('', `context.log(JSON.stringify([documents[0].id, documents[0].marketId, context.triggerMetadata]))`),
    )
    await save('after')
    await logs.until(() => logs.said().length === 1)
    expect(logs.said()).toEqual(['["after","m1",{}]'])
  })

  it('hands over everything when it starts from the beginning, a page at a time', async () => {
    await save('a')
    await save('b')
    await save('c')
    const { logs } = await start(following('startFromBeginning: true, maxItemsPerInvocation: 2,'))
    await logs.until(() => logs.said().join(' ').split(' ').length === 3)
    expect(logs.said()).toEqual(['a b', 'c'])
  })

  it('has its place on record before the first change, so that a host killed before it misses nothing', async () => {
    const first = await start(following())
    expect(await leaseNow()).toMatchObject({
      id: expect.stringMatching(/^fanout-odds_.+\.\./),
      continuationToken: expect.any(String),
    })
    await first.stop()
    await save('meanwhile')
    const second = await start(following())
    await second.logs.until(() => second.logs.said().length === 1)
    expect(second.logs.said()).toEqual(['meanwhile'])
  })

  it('goes on from its lease after a restart', async () => {
    const first = await start(following())
    const before = await leaseNow()
    await save('one')
    await first.logs.until(() => first.logs.said().length === 1)
    await eventually(async () => expect((await leaseNow())?.continuationToken).not.toBe(before?.continuationToken))
    await first.stop()
    await save('two')
    const second = await start(following())
    await second.logs.until(() => second.logs.said().length === 1)
    expect(second.logs.said()).toEqual(['two'])
    expect((await leaseNow())?.id).toBe(before?.id)
  })

  it('goes past a page that fails, and with a retry policy runs it again first', async () => {
    const failing = `context.log(documents[0].id + ' ' + (context.retryContext?.retryCount ?? '-')); if (documents[0].id === 'bad') throw new Error('no')`
    const { logs, host } = await start(following('', failing))
    await save('bad')
    await logs.until(() => logs.said().length === 1)
    await save('good')
    await logs.until(() => logs.said().length === 2)
    const retry = `retry: { strategy: 'exponentialBackoff', maxRetryCount: 1, minimumInterval: 0, maximumInterval: 0 },`
    await app.write('app.js', following(retry, failing))
    await host.reload()
    await odds.items.upsert({ id: 'bad', marketId: 'm1', again: true })
    await logs.until(() => logs.said().length === 4)
    await save('last')
    await logs.until(() => logs.said().length === 5)
    expect(logs.said()).toEqual(['bad -', 'good -', 'bad 0', 'bad 1', 'last 0'])
  })

  it('runs a page again whose worker was killed in the middle', async () => {
    const handle = `
      context.log(documents[0].id)
      if (!(await import('node:fs')).existsSync('survived')) {
        ;(await import('node:fs')).writeFileSync('survived', '')
        process.kill(process.pid, 'SIGKILL')
        await new Promise(() => {})
      }`
    const { logs } = await start(following('', handle))
    await save('one')
    await logs.until(() => logs.all('worker started').length === 2)
    await save('two')
    await logs.until(() => logs.said().includes('two'))
    expect(logs.said().filter((line) => line === 'one').length).toBeGreaterThanOrEqual(1)
    expect(logs.said().slice(-2)).toEqual(['one', 'two'])
    expect(logs.all('invocation lost')).toHaveLength(1)
  })

  it('leaves a lease alone that somebody else moved, and goes on from there', async () => {
    const { logs } = await start(
      following('', `context.log(documents.map(({ id }) => id).join(' ')); await new Promise((done) => setTimeout(done, 100))`),
    )
    const lease = await leaseNow()
    await save('one')
    await logs.until(() => logs.said().length === 1)
    await leases.item(lease?.id ?? '', lease?.id).replace({ ...lease, movedBy: 'another host' })
    await save('two')
    await logs.until(() => logs.said().some((line) => line.includes('two')))
    expect(logs.all('change feed interrupted')).toHaveLength(1)
  })

  it('makes its lease container only when told to', async () => {
    await leases.delete()
    const { logs, host } = await start(following('createLeaseContainerIfNotExists: true,'))
    expect((await leaseNow())?.id).toContain('fanout-')
    await host.close()
    await leases.delete()
    const source = following()
    await app.write('app.js', source)
    const missing = run(app, { env: { COSMOS: server.connectionString }, log: logs.log })
    await logs.until(() =>
      logs.all('change feed interrupted').some(({ fields }) => String(fields.problem).includes("lease container 'leases'")),
    )
    await client.database('odds').containers.create({ id: 'leases', partitionKey: { paths: ['/id'] } })
    running = await missing
    await save('late')
    await logs.until(() => logs.said().includes('late'))
  })

  it('is back by itself when the server goes away and returns', async () => {
    const { logs } = await start(following())
    await save('one')
    await logs.until(() => logs.said().length === 1)
    const { port } = server
    client.dispose()
    await server.close()
    await logs.until(() => logs.all('change feed interrupted').length === 1)
    await openServer(port)
    odds = client.database('odds').container('odds')
    await save('two')
    await logs.until(() => logs.said().some((line) => line.includes('two')), 5_000)
    const functions = (await (await fetch(`${running?.host.url}/admin/functions`)).json()) as {
      connected: boolean
      leases: Lease[]
    }[]
    expect(functions[0]).toMatchObject({
      container: 'odds/odds',
      connected: true,
      leases: [{ id: expect.stringContaining('fanout-') }],
    })
  })
})
