import { describe, expect, it } from 'vitest'

import { polledFeeds } from '../functions/collect/feeds.ts'
import { readSettings, SettingsError } from '../functions/settings.ts'
import { appSettings } from '../infra/app-settings.ts'

const local = appSettings({
  kind: 'connection-strings',
  eventHubs: 'Endpoint=a',
  cosmos: 'AccountEndpoint=b',
  webPubSub: 'Endpoint=c',
})

function faultsOf(env: Record<string, string>): readonly string[] {
  try {
    readSettings(env, polledFeeds)
    return []
  } catch (error) {
    return error instanceof SettingsError ? error.faults : [String(error)]
  }
}

describe('settings', () => {
  it('reads what the local stack writes', () => {
    const settings = readSettings({ ...local, FEEDS: 'simulated, PredictIt' }, polledFeeds)
    expect(settings.eventHubs).toEqual({ kind: 'connection-string', connectionString: 'Endpoint=a' })
    expect([...settings.feeds.keys()]).toEqual(['simulated', 'predictit'])
  })

  it('reads what Azure is given: an identity, and no secret', () => {
    const azure = appSettings({
      kind: 'identity',
      eventHubsNamespace: 'ns.servicebus.windows.net',
      cosmosEndpoint: 'https://db/',
      webPubSubEndpoint: 'https://ps/',
      managedIdentityClientId: 'id',
    })
    expect(readSettings(azure, polledFeeds)).toMatchObject({
      eventHubs: { kind: 'identity', host: 'ns.servicebus.windows.net', clientId: 'id' },
      cosmos: { kind: 'identity', host: 'https://db/' },
      webPubSub: { kind: 'identity', host: 'https://ps/' },
    })
  })

  it('names all that is missing or wrong at once', () => {
    expect(faultsOf({ FEEDS: 'predictit,horses', TICK_TTL_DAYS: 'soon', COSMOS: 'x' })).toEqual([
      expect.stringContaining('"horses"'),
      expect.stringContaining('EVENT_HUBS'),
      expect.stringContaining('WEB_PUBSUB'),
      expect.stringContaining('TICK_TTL_DAYS is "soon"'),
    ])
  })

  it('takes a feed’s own address, schedule and key', () => {
    const settings = readSettings(
      { ...local, FEEDS: 'predictit', PREDICTIT_URL: 'http://x/', PREDICTIT_SCHEDULE: '* * * * * *' },
      polledFeeds,
    )
    expect(settings.feeds.get('predictit')).toEqual({ url: 'http://x/', schedule: '* * * * * *', key: undefined, options: {} })
  })

  it('leaves a feed off that lacks its key, says why, and reads the others and their own options', () => {
    const known = {
      paid: { url: 'https://p/', schedule: '* * * * * *', needsKey: 'One is had at p', options: { SPORTS: 'all' } },
      ...polledFeeds,
    }
    const without = readSettings({ ...local, FEEDS: 'paid,predictit' }, known)
    expect(without.feedsOff).toEqual([{ name: 'paid', why: 'PAID_KEY is not set. One is had at p' }])
    expect([...without.feeds.keys()]).toEqual(['predictit'])
    const withKey = readSettings({ ...local, FEEDS: 'paid', PAID_KEY: 'k', PAID_SPORTS: 'chess' }, known)
    expect(withKey.feeds.get('paid')).toMatchObject({ key: 'k', options: { SPORTS: 'chess' } })
  })

  it('takes the id under which a registry has the schema of the hub’s messages, in either way of writing it', () => {
    expect(readSettings(local, polledFeeds).snapshotSchemaId).toBeUndefined()
    for (const id of ['0123456789ABCDEF0123456789abcdef', '01234567-89ab-cdef-0123-456789abcdef'])
      expect(readSettings({ ...local, SNAPSHOT_SCHEMA_ID: id }, polledFeeds).snapshotSchemaId).toBe(id)
    expect(faultsOf({ ...local, SNAPSHOT_SCHEMA_ID: 'urn:x' })).toEqual([
      expect.stringContaining('SNAPSHOT_SCHEMA_ID is "urn:x"'),
    ])
  })

  it('lets pages of the origins that are named read the API, and of no others', () => {
    const origins = (text: string) => readSettings({ ...local, CORS_ORIGINS: text }, polledFeeds).corsOrigins
    expect(readSettings(local, polledFeeds).corsOrigins).toEqual([])
    expect(origins('https://a.example, http://localhost:3000')).toEqual(['https://a.example', 'http://localhost:3000'])
    expect(origins('*')).toEqual(['*'])
    expect(faultsOf({ ...local, CORS_ORIGINS: 'https://a.example/,a.example' })).toEqual([
      expect.stringContaining('CORS_ORIGINS has "https://a.example/"'),
      expect.stringContaining('CORS_ORIGINS has "a.example"'),
    ])
  })

  it('says from when on something is worth an alert, in points, seconds and percent', () => {
    const env = { DETECT_MOVE_POINTS: '7.5', DETECT_STEAM_SECONDS: '90' }
    expect(readSettings({ ...local, ...env }, polledFeeds).detect).toEqual({
      moveChange: 0.075,
      moveWindowMs: 300_000,
      steamChange: 0.02,
      steamWindowMs: 90_000,
      steamBookmakers: 3,
      arbitrageMargin: 0.005,
      staleAfterMs: 180_000,
    })
    expect(faultsOf({ ...local, DETECT_MOVE_POINTS: '0', DETECT_STALE_SECONDS: 'soon' })).toEqual([
      'DETECT_MOVE_POINTS is "0"; it takes a number from 0.1 to 99',
      'DETECT_STALE_SECONDS is "soon"; it takes a number from 1 to 1000000000',
    ])
  })

  it('lets anybody have a socket, unless it is told who may', () => {
    expect(readSettings(local, polledFeeds).negotiate).toEqual({ callers: 'anonymous', perMinute: 120, trustedProxies: 1 })
    const env = { NEGOTIATE: 'authenticated', NEGOTIATE_PER_MINUTE: '0', TRUSTED_PROXIES: '2' }
    expect(readSettings({ ...local, ...env }, polledFeeds).negotiate).toEqual({
      callers: 'authenticated',
      perMinute: 0,
      trustedProxies: 2,
    })
    expect(faultsOf({ ...local, NEGOTIATE: 'anyone', TRUSTED_PROXIES: '-1' })).toEqual([
      'NEGOTIATE is "anyone"; it takes anonymous or authenticated',
      'TRUSTED_PROXIES is "-1"; it takes a number from 0 to 10',
    ])
  })

  it('believes events of connections by the key that it has, else by a token, else by a function key', () => {
    const proofIn = (env: Record<string, string>) => readSettings({ ...local, ...env }, polledFeeds).eventProof
    const tenantId = '11111111-2222-3333-4444-555555555555'
    const token = { WEB_PUBSUB_EVENTS__audience: 'api://board', WEB_PUBSUB_EVENTS__tenantId: tenantId }
    const identity = { WEB_PUBSUB__serviceUri: 'https://ps/', WEB_PUBSUB: '' }
    expect(proofIn({ WEB_PUBSUB: 'Endpoint=http://x;AccessKey=k=;Version=1.0;', ...token })).toEqual({
      kind: 'signature',
      accessKey: 'k=',
    })
    expect(proofIn(identity)).toEqual({ kind: 'function-key' })
    expect(proofIn({ ...identity, ...token })).toEqual({
      kind: 'token',
      audience: 'api://board',
      tenantId,
      principalId: undefined,
    })
    expect(faultsOf({ ...local, WEB_PUBSUB_EVENTS__audience: 'api://board' })).toEqual([expect.stringContaining('tenantId')])
  })

  it('tells of its work where there is somebody to tell, in OpenTelemetry’s own words', () => {
    const toldTo = (env: Record<string, string>) => readSettings({ ...local, ...env }, polledFeeds).telemetry
    const OTEL_EXPORTER_OTLP_ENDPOINT = 'http://localhost:4318'
    expect(toldTo({})).toBeUndefined()
    expect(toldTo({ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SDK_DISABLED: 'true' })).toBeUndefined()
    expect(toldTo({ OTEL_EXPORTER_OTLP_ENDPOINT })).toEqual({ tracedShare: 1, tracesEveryMs: 5_000, metricsEveryMs: 60_000 })
    const ratio = { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.01' }
    expect(toldTo({ OTEL_EXPORTER_OTLP_ENDPOINT, ...ratio })).toMatchObject({ tracedShare: 0.01 })
    expect(toldTo({ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_SAMPLER: 'parentbased_always_off' })).toMatchObject({
      tracedShare: 0,
    })
    const wrong = { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_TRACES_SAMPLER: 'sometimes', OTEL_METRIC_EXPORT_INTERVAL: 'soon' }
    expect(faultsOf({ ...local, ...wrong, OTEL_EXPORTER_OTLP_ENDPOINT: 'user:password@collector' })).toEqual([
      'OTEL_EXPORTER_OTLP_ENDPOINT takes a web address, as in http://localhost:4318',
      expect.stringContaining('OTEL_EXPORTER_OTLP_PROTOCOL is "grpc"'),
      expect.stringContaining('OTEL_TRACES_SAMPLER is "sometimes"'),
      expect.stringContaining('OTEL_METRIC_EXPORT_INTERVAL is "soon"'),
    ])
  })
})
