import { createHmac } from 'node:crypto'

import { CosmosClient } from '@azure/cosmos'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { localKey } from '../../infra/local/cosmos/auth.ts'
import { messageOf, startFixture, statusOf, type CosmosFixture } from './cosmos-support.ts'

let cosmos: CosmosFixture
beforeAll(async () => {
  cosmos = await startFixture()
})
afterAll(() => cosmos.close())

describe('a document', () => {
  it('is created, read, replaced, upserted and deleted, with its system properties', async () => {
    const container = await cosmos.container()
    const created = await container.items.create({ id: 'book', marketId: 'm1', seq: 1 })
    expect(created.statusCode).toBe(201)
    expect(created.resource).toMatchObject({ id: 'book', seq: 1, _attachments: 'attachments/', _etag: created.etag })
    expect(created.resource?.['_rid']).toMatch(/^[\w+-]{22}==$/)
    expect(created.requestCharge).toBeGreaterThan(5)

    const read = await container.item('book', 'm1').read()
    expect(read.resource).toEqual(created.resource)
    expect(read.requestCharge).toBe(1)

    const replaced = await container.item('book', 'm1').replace({ id: 'book', marketId: 'm1', seq: 2 })
    expect(replaced.statusCode).toBe(200)
    expect(replaced.resource?.['_rid']).toBe(created.resource?.['_rid'])
    expect(replaced.etag).not.toBe(created.etag)

    expect((await container.items.upsert({ id: 'book', marketId: 'm1', seq: 3 })).statusCode).toBe(200)
    expect((await container.items.upsert({ id: 'other', marketId: 'm1' })).statusCode).toBe(201)
    expect((await container.item('book', 'm1').delete()).statusCode).toBe(204)
    expect((await container.item('book', 'm1').read()).statusCode).toBe(404)
  })

  it('does not keep system properties that a client sends back', async () => {
    const container = await cosmos.container()
    const { resource } = await container.items.create({ id: 'book', marketId: 'm1' })
    const { resource: again } = await container.items.upsert({ ...resource, _ts: 1, _etag: '"mine"' })
    expect(again?.['_ts']).toBe(resource?.['_ts'])
    expect(again?.['_etag']).not.toBe('"mine"')
    expect(Object.keys(again ?? {}).filter((name) => name === '_etag')).toHaveLength(1)
  })

  it('meets the conditions of a request or answers 412 and 304', async () => {
    const container = await cosmos.container()
    const { etag } = await container.items.create({ id: 'book', marketId: 'm1' })
    const ifMatch = (condition: string) => ({ accessCondition: { type: 'IfMatch', condition } })
    const { etag: second } = await container.item('book', 'm1').replace({ id: 'book', marketId: 'm1', seq: 1 }, ifMatch(etag))
    expect(await statusOf(container.item('book', 'm1').replace({ id: 'book', marketId: 'm1' }, ifMatch(etag)))).toBe(412)
    expect(await statusOf(container.items.upsert({ id: 'book', marketId: 'm1' }, ifMatch(etag)))).toBe(412)
    expect(await statusOf(container.item('book', 'm1').delete(ifMatch(etag)))).toBe(412)
    const unchanged = { accessCondition: { type: 'IfNoneMatch', condition: second } }
    expect((await container.item('book', 'm1').read(unchanged)).statusCode).toBe(304)
    // As in the service, an upsert with a condition creates what is not there.
    expect((await container.items.upsert({ id: 'new', marketId: 'm1' }, ifMatch(etag))).statusCode).toBe(201)
  })

  it('is refused when it exists, when it is missing, and when its id cannot be one', async () => {
    const container = await cosmos.container()
    await container.items.create({ id: 'book', marketId: 'm1' })
    expect(await statusOf(container.items.create({ id: 'book', marketId: 'm1' }))).toBe(409)
    expect(await statusOf(container.item('none', 'm1').replace({ id: 'none', marketId: 'm1' }))).toBe(404)
    expect(await statusOf(container.item('none', 'm1').delete())).toBe(404)
    expect(await statusOf(container.items.create({ id: 'what?', marketId: 'm1' }))).toBe(400)
    expect(await statusOf(container.items.create({ id: 'x'.repeat(1_024), marketId: 'm1' }))).toBe(400)
    expect((await container.items.create({ id: 'x'.repeat(1_023), marketId: 'm1' })).statusCode).toBe(201)
    expect(await statusOf(container.items.create({ id: '', marketId: 'm1' }, { disableAutomaticIdGeneration: true }))).toBe(400)
  })

  it('may be renamed by a replacement, unless another has the name', async () => {
    const container = await cosmos.container()
    await container.items.create({ id: 'a', marketId: 'm1' })
    await container.items.create({ id: 'b', marketId: 'm1' })
    expect(await statusOf(container.item('a', 'm1').replace({ id: 'b', marketId: 'm1' }))).toBe(409)
    await container.item('a', 'm1').replace({ id: 'c', marketId: 'm1' })
    expect((await container.item('a', 'm1').read()).statusCode).toBe(404)
    expect((await container.item('c', 'm1').read()).statusCode).toBe(200)
  })

  it('keeps text of any language, in its id and its partition key too', async () => {
    const container = await cosmos.container()
    const odd = { id: 'Grüße 100% 🏆', marketId: 'Ελλάδα/é', name: '\u2028 "quoted" \\ 🏆', __proto: 1 }
    await container.items.create(odd)
    expect((await container.item(odd.id, odd.marketId).read()).resource).toMatchObject(odd)
  })
})

describe('a partition key', () => {
  it('tells 5, "5", 0, "", false, null and a missing value apart', async () => {
    const container = await cosmos.container()
    const keys = [5, '5', 0, '', false, null, true]
    for (const key of keys) await container.items.create({ id: 'same', marketId: key as string, was: JSON.stringify(key) })
    await container.items.create({ id: 'same', was: 'undefined' })
    for (const key of keys) {
      expect((await container.item('same', key as string).read()).resource).toMatchObject({ was: JSON.stringify(key) })
      const { resources } = await container.items.query('SELECT VALUE c.was FROM c', { partitionKey: key }).fetchAll()
      expect(resources).toEqual([JSON.stringify(key)])
    }
    expect((await container.item('same', undefined).read()).resource).toMatchObject({ was: 'undefined' })
  })

  it('must be the one in the document', async () => {
    const container = await cosmos.container()
    await container.items.create({ id: 'a', marketId: 'm1' })
    expect(await statusOf(container.item('a', 'm1').replace({ id: 'a', marketId: 'm2' }))).toBe(400)
    expect((await container.item('a', 'm2').read()).statusCode).toBe(404)
  })
})

describe('a patch', () => {
  it('adds, sets, replaces, removes and increments', async () => {
    const container = await cosmos.container()
    await container.items.create({ id: 'a', marketId: 'm1', seq: 1, tags: ['x', 'z'], gone: true, deep: { b: 1 } })
    const { resource } = await container.item('a', 'm1').patch([
      { op: 'incr', path: '/seq', value: 2 },
      { op: 'add', path: '/tags/1', value: 'y' },
      { op: 'add', path: '/tags/-', value: 'end' },
      { op: 'set', path: '/deep/c~1d', value: null },
      { op: 'replace', path: '/deep/b', value: 'two' },
      { op: 'remove', path: '/gone' },
      { op: 'incr', path: '/fresh', value: 7 },
    ])
    expect(resource).toMatchObject({ seq: 3, tags: ['x', 'y', 'z', 'end'], deep: { b: 'two', 'c/d': null }, fresh: 7 })
    expect(resource).not.toHaveProperty('gone')
  })

  it('happens only when its condition holds for that very document', async () => {
    const container = await cosmos.container()
    await container.items.create({ id: 'a', marketId: 'm1', seq: 5 })
    await container.items.create({ id: 'b', marketId: 'm1', seq: 1 })
    const operations = [{ op: 'set' as const, path: '/seq', value: 9 }]
    const condition = 'from c where c.seq < 5'
    expect(await statusOf(container.item('a', 'm1').patch({ operations, condition }))).toBe(412)
    expect((await container.item('b', 'm1').patch({ operations, condition })).resource).toMatchObject({ seq: 9 })
    expect(await statusOf(container.item('none', 'm1').patch({ operations, condition }))).toBe(404)
  })

  it('is refused whole when one of its operations cannot be done', async () => {
    const container = await cosmos.container()
    await container.items.create({ id: 'a', marketId: 'm1', name: 'text' })
    const tryPatch = (op: 'incr' | 'remove' | 'replace' | 'set', path: string, value: unknown) =>
      statusOf(
        container.item('a', 'm1').patch([
          { op: 'set', path: '/ok', value: 1 },
          { op, path, value },
        ]),
      )
    expect(await tryPatch('incr', '/name', 1)).toBe(400)
    expect(await tryPatch('remove', '/none', undefined)).toBe(400)
    expect(await tryPatch('replace', '/none', 1)).toBe(400)
    expect(await tryPatch('set', '/none/deeper', 1)).toBe(400)
    expect(await tryPatch('set', '/id', 'b')).toBe(400)
    expect(await messageOf(container.item('a', 'm1').patch([{ op: 'move', from: '/a', path: '/b' } as never]))).toContain(
      '"move"',
    )
    expect((await container.item('a', 'm1').read()).resource).not.toHaveProperty('ok')
  })
})

describe('the server', () => {
  it('answers 401 to a wrong key', async () => {
    const key = Buffer.from('wrong').toString('base64')
    const stranger = new CosmosClient({ endpoint: cosmos.server.endpoint, key })
    expect(await statusOf(stranger.database('test').read())).toBe(401)
    stranger.dispose()
    expect((await fetch(`${cosmos.server.endpoint}dbs/test`)).status).toBe(401)
  })

  it('tells who reads its key ranges as a feed that nothing is new, or that SDK would read on for ever', async () => {
    const { id } = await cosmos.container()
    const link = `dbs/test/colls/${id}`
    const date = new Date().toUTCString()
    const text = `get\npkranges\n${link}\n${date.toLowerCase()}\n\n`
    const signature = createHmac('sha256', Buffer.from(localKey, 'base64')).update(text).digest('base64')
    const headers = { authorization: encodeURIComponent(`type=master&ver=1.0&sig=${signature}`), 'x-ms-date': date }
    const read = (more: Record<string, string>) =>
      fetch(encodeURI(`${cosmos.server.endpoint}${link}/pkranges`), {
        headers: { ...headers, 'a-im': 'Incremental Feed', ...more },
      })
    const first = await read({})
    expect(await first.json()).toMatchObject({ PartitionKeyRanges: [{ minInclusive: '', maxExclusive: 'FF' }] })
    expect((await read({ 'if-none-match': first.headers.get('etag') ?? '' })).status).toBe(304)
  })

  it('answers 413 to a body over 2 MB, and takes one just under', async () => {
    const container = await cosmos.container()
    const nearly = 'x'.repeat(2 * 1024 * 1024 - 200)
    expect((await container.items.create({ id: 'fits', marketId: 'm1', nearly })).statusCode).toBe(201)
    expect(await statusOf(container.items.create({ id: 'large', marketId: 'm1', nearly: `${nearly}${'x'.repeat(300)}` }))).toBe(
      413,
    )
  })

  it('names what it does not support', async () => {
    const database = cosmos.client.database('test')
    const create = (extra: object) =>
      messageOf(database.containers.create({ id: 'refused', partitionKey: { paths: ['/a'] }, ...extra }))
    expect(await create({ uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/name'] }] } })).toContain('uniqueKeyPolicy')
    expect(await create({ partitionKey: { paths: ['/a', '/b'], kind: 'MultiHash' } })).toContain('hierarchical partition keys')
    const compositeIndexes = [[{ path: '/a' }, { path: '/b' }]]
    expect(await create({ indexingPolicy: { includedPaths: [{ path: '/*' }], compositeIndexes } })).toContain('compositeIndexes')
    const container = await cosmos.container()
    expect(await statusOf(container.scripts.storedProcedures.readAll().fetchAll())).toBe(501)
    expect(await messageOf(container.scripts.storedProcedures.readAll().fetchAll())).toContain('stored procedures')
    expect(await statusOf(container.deleteAllItemsForPartitionKey('m1'))).toBe(501)
  })
})

describe('databases and containers', () => {
  it('are created if absent, listed, queried by id, and deleted with all they hold', async () => {
    const { database } = await cosmos.client.databases.createIfNotExists({ id: 'second' })
    expect((await cosmos.client.databases.createIfNotExists({ id: 'second' })).statusCode).toBe(200)
    expect(await statusOf(cosmos.client.databases.create({ id: 'second' }))).toBe(409)
    await database.containers.createIfNotExists({ id: 'one', partitionKey: '/a' })
    await database.containers.create({ id: 'two', partitionKey: '/a' })
    expect((await database.containers.readAll().fetchAll()).resources.map(({ id }) => id)).toEqual(['one', 'two'])
    const query = { query: 'SELECT * FROM root r WHERE r.id = @id', parameters: [{ name: '@id', value: 'second' }] }
    expect((await cosmos.client.databases.query(query).fetchAll()).resources).toHaveLength(1)
    await database.container('one').delete()
    expect(await statusOf(database.container('one').read())).toBe(404)
    await database.delete()
    expect(await statusOf(database.read())).toBe(404)
    expect(await statusOf(cosmos.client.database('second').container('two').items.query('SELECT * FROM c').fetchAll())).toBe(404)
  })

  it('keep their documents when a container gets a new indexing policy, and their resource id', async () => {
    const container = await cosmos.container({
      indexingPolicy: { includedPaths: [{ path: '/seq/?' }], excludedPaths: [{ path: '/*' }] },
    })
    const { resource: before } = await container.read()
    for (const seq of [3, 1, 2]) await container.items.create({ id: `t${seq}`, marketId: 'm1', seq, at: `2026-0${4 - seq}` })
    const { resource: document } = await container.item('t1', 'm1').read()
    const sorted = () => container.items.query('SELECT VALUE c.id FROM c ORDER BY c.at').fetchAll()
    expect(await statusOf(sorted())).toBe(400)
    await container.replace({
      id: container.id,
      partitionKey: { paths: ['/marketId'] },
      indexingPolicy: { includedPaths: [{ path: '/at/?' }], excludedPaths: [{ path: '/*' }] },
    })
    expect((await sorted()).resources).toEqual(['t3', 't2', 't1'])
    expect((await container.item('t1', 'm1').read()).resource).toEqual(document)
    expect((await container.read()).resource?.['_rid']).toBe(before?.['_rid'])
  })
})
