import { describe, expect, it } from 'vitest'

import { functionKey, setSetting } from '../../../scripts/azure/cloud/app.ts'
import { registerSchema } from '../../../scripts/azure/cloud/schema-registry.ts'
import { deployStream } from '../../../scripts/azure/cloud/stream-worker.ts'
import { missingSecrets } from '../../../scripts/azure/cloud/vault.ts'
import { fakeAzure } from '../../support/fake-azure.ts'

const app = { subscriptionId: 's', resourceGroup: 'g', name: 'func' }
const group = '/arm/subscriptions/s/resourceGroups/g/providers'
const settings = `${group}/Microsoft.Web/sites/func/config/appsettings`

describe('a setting of the app', () => {
  const held = { FEEDS: 'predictit', AzureWebJobsStorage: '', SNAPSHOT_SCHEMA_ID: 'old' }

  it('is changed, and all others stay as they were', async () => {
    await using azure = await fakeAzure({ [`POST ${settings}/list`]: { json: { properties: held } }, [`PUT ${settings}`]: {} })
    expect(await setSetting(azure.cloud, app, 'SNAPSHOT_SCHEMA_ID', 'new')).toBe(true)
    expect(JSON.parse(azure.asked[1]?.body ?? '')).toEqual({ properties: { ...held, SNAPSHOT_SCHEMA_ID: 'new' } })
  })

  it('that is as it should be is left alone, for a change restarts the app', async () => {
    await using azure = await fakeAzure({ [`POST ${settings}/list`]: { json: { properties: held } } })
    expect(await setSetting(azure.cloud, app, 'SNAPSHOT_SCHEMA_ID', 'old')).toBe(false)
    expect(azure.asked).toHaveLength(1)
  })

  it('is not put into an app that tells no settings, since it would be left with this one alone', async () => {
    await using azure = await fakeAzure({ [`POST ${settings}/list`]: { json: { properties: {} } } })
    await expect(setSetting(azure.cloud, app, 'A', 'b')).rejects.toThrow('func tells none, so nothing is changed')
  })
})

describe('the function key', () => {
  const path = `POST ${group}/Microsoft.Web/sites/func/host/default/listkeys`

  it('is had from a host that has started, or is waited for', async () => {
    await using azure = await fakeAzure({
      [path]: [{ status: 400 }, { json: { masterKey: 'm', functionKeys: { default: 'k' } } }],
    })
    expect(await functionKey(azure.cloud, app)).toBe('k')
    expect(azure.said.join()).not.toMatch(/\bk\b|\bm\b/)
  })
})

describe('the schema', () => {
  const schema = {
    namespace: 'ns.servicebus.windows.net',
    group: 'oddscast',
    name: 'snapshot-message' as const,
    text: '{"$id":"x"}',
  }
  const path = 'PUT /registry/ns.servicebus.windows.net/$schemaGroups/oddscast/schemas/snapshot-message'

  it('is registered as JSON Schema, and known by the registry’s id', async () => {
    await using azure = await fakeAzure({ [path]: { status: 204, headers: { 'schema-id': 'abc', 'schema-version': '1' } } })
    expect(await registerSchema(azure.cloud, schema)).toBe('abc')
    expect(azure.asked[0]).toMatchObject({
      body: '{"$id":"x"}',
      path: expect.stringMatching(/\?api-version=2023-07-01$/) as string,
    })
    expect(azure.asked[0]?.headers).toMatchObject({
      'content-type': 'application/json; serialization=Json',
      authorization: 'Bearer secret token for eventhubs.azure.net',
    })
  })

  it('waits for the role, which was given a moment ago', async () => {
    await using azure = await fakeAzure({
      [path]: [{ status: 401 }, { status: 403 }, { status: 204, headers: { 'schema-id': 'abc' } }],
    })
    expect(await registerSchema(azure.cloud, schema)).toBe('abc')
  })

  it('that is refused fails with the registry’s words', async () => {
    await using azure = await fakeAzure({ [path]: { status: 400, json: { error: { message: 'too many versions' } } } })
    await expect(registerSchema(azure.cloud, schema)).rejects.toThrow('too many versions')
  })
})

describe('the stream worker', () => {
  it('is given its bundle, and started again with it', async () => {
    const worker = `${group}/Microsoft.App/containerApps/ca-stream`
    await using azure = await fakeAzure({
      'PUT /blob/stream/main.cjs': [{ status: 403 }, { status: 201 }],
      [`GET ${worker}`]: { json: { properties: { latestRevisionName: 'ca-stream--7', runningStatus: 'Running' } } },
      [`POST ${worker}/revisions/ca-stream--7/restart`]: {},
    })
    const place = { subscriptionId: 's', resourceGroup: 'g', name: 'ca-stream', bundleUrl: `${azure.url}/blob/stream/main.cjs` }
    await deployStream(azure.cloud, place, Buffer.from('the bundle'), 'abc-123')
    expect(azure.requests().slice(1)).toEqual([
      'PUT /blob/stream/main.cjs',
      `GET ${worker}`,
      `POST ${worker}/revisions/ca-stream--7/restart`,
    ])
    expect(azure.asked[1]?.headers).toMatchObject({
      'x-ms-blob-type': 'BlockBlob',
      'x-ms-meta-snapshot_schema_id': 'abc-123',
      authorization: 'Bearer secret token for storage.azure.com',
    })
  })
})

describe('the vault', () => {
  it('tells which secrets nobody has put in, over all its pages', async () => {
    const id = (name: string) => ({ id: `https://kv.vault.azure.net/secrets/${name}` })
    await using azure = await fakeAzure({
      'GET /vault/kv/secrets': [{ status: 403 }, { json: { value: [id('betfair-key')], nextLink: '{url}/vault/kv/more' } }],
      'GET /vault/kv/more': { json: { value: [id('odds-api-key')], nextLink: null } },
    })
    expect(await missingSecrets(azure.cloud, 'kv', ['odds-api-key', 'betfair-key', 'betfair-session'])).toEqual([
      'betfair-session',
    ])
  })
})
