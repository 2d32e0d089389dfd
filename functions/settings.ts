import { type TopicName, topicNames } from '../infra/names.ts'

/** How to reach one Azure service: with a connection string (local), or as this app's own identity (Azure). */
export type Connection =
  | { kind: 'connection-string'; connectionString: string }
  | { kind: 'identity'; host: string; clientId: string | undefined }

/** `schedule` is NCRONTAB with seconds, in UTC; `options` are the feed's own settings, by the names its defaults give them. */
export type FeedSettings = { url: string; schedule: string; key: string | undefined; options: Readonly<Record<string, string>> }
/** A feed that was asked for and cannot run. The others do; `why` says what it lacks. */
export type FeedOff = { name: string; why: string }

export type Settings = {
  eventHubs: Connection
  cosmos: Connection
  webPubSub: Connection
  feeds: ReadonlyMap<string, FeedSettings>
  feedsOff: readonly FeedOff[]
  topics: readonly TopicName[]
  tickTtlSeconds: number
  /** That of the hub's messages in the namespace's schema registry, where they are registered. */
  snapshotSchemaId: string | undefined
  detect: DetectSettings
  /** Whose pages may read the API; `*` is everybody's. */
  corsOrigins: readonly string[]
  /** Where there is nobody to tell, `undefined`. */
  telemetry: TelemetrySettings | undefined
  negotiate: NegotiateSettings
  eventProof: EventProof
}

/** Who may have a socket. `perMinute`: addresses given out to one caller, 0 for any number. */
export type NegotiateSettings = {
  /** `authenticated`: whom the platform's sign-in knows; it must be on, since it also removes what callers claim to be. */
  callers: 'anonymous' | 'authenticated'
  perMinute: number
  /** Those in front of the app that add to `x-forwarded-for`. What stands before is what callers say of themselves. */
  trustedProxies: number
}

/**
 * How Web PubSub shows that an event comes from it: by signing with its key, where that is known; by a token for `audience` of the Entra
 * tenant, of the service's own identity where `principalId` says which that is; else by a function key in the address that it was given.
 */
export type EventProof =
  | { kind: 'signature'; accessKey: string }
  | { kind: 'token'; audience: string; tenantId: string; principalId: string | undefined }
  | { kind: 'function-key' }

/**
 * To whom and how often the app tells of its work, by the names that OpenTelemetry gives its settings. Those that name the receiver its SDK
 * reads itself: the endpoint, headers, compression, and what else there may be.
 */
export type TelemetrySettings = {
  /** Of the ways that begin here, this share is told. What follows from one that is told, is told. */
  tracedShare: number
  tracesEveryMs: number
  metricsEveryMs: number
}

/** What is worth an alert. Changes are of implied probability: 0.05 is five points. */
export type DetectSettings = {
  moveChange: number
  moveWindowMs: number
  steamChange: number
  steamWindowMs: number
  steamBookmakers: number
  /** How far below 1 the implied probabilities of all selections together must be. */
  arbitrageMargin: number
  /** A quote whose own clock is further behind ours than this takes part in nothing. */
  staleAfterMs: number
}

/**
 * How a feed is read unless the environment says otherwise. `needsKey`: where a key is had. `options`: settings of this feed alone;
 * `SPORTS` of `odds-api` is read from `ODDS_API_SPORTS`. A streamed feed has no schedule: a worker follows it, not a timer.
 */
export type FeedDefaults = {
  url: string
  schedule?: string
  needsKey?: string
  options?: Readonly<Record<string, string>>
}

type Env = Readonly<Record<string, string | undefined>>

/**
 * Environment → settings, all of it at once: what is missing or wrong is listed whole, so that nobody has to start an app five times to
 * learn five names.
 */
export function readSettings(env: Env, knownFeeds: Readonly<Record<string, FeedDefaults>>): Settings {
  const faults: string[] = []
  const { on, off } = feeds(env, knownFeeds, faults)
  const settings = {
    eventHubs: connection(env, 'EVENT_HUBS', 'fullyQualifiedNamespace', faults),
    cosmos: connection(env, 'COSMOS', 'accountEndpoint', faults),
    webPubSub: connection(env, 'WEB_PUBSUB', 'serviceUri', faults),
    feeds: on,
    feedsOff: off,
    topics: topicNames,
    tickTtlSeconds: tickTtlSeconds(env, faults),
    snapshotSchemaId: snapshotSchemaId(env, faults),
    detect: detect(env, faults),
    corsOrigins: corsOrigins(env, faults),
    telemetry: telemetry(env, faults),
    negotiate: negotiate(env, faults),
    eventProof: eventProof(env, faults),
  }
  if (faults.length > 0) throw new SettingsError(faults)
  return settings
}

export class SettingsError extends Error {
  readonly faults: readonly string[]
  constructor(faults: readonly string[]) {
    super(`The app's settings are not complete:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`)
    this.name = 'SettingsError'
    this.faults = faults
  }
}

/** The names and the identity form are those of the Functions triggers, so that one set of settings serves triggers and SDK clients. */
function connection(env: Env, prefix: string, hostSetting: string, faults: string[]): Connection {
  const host = env[`${prefix}__${hostSetting}`]
  if (host) return { kind: 'identity', host, clientId: env[`${prefix}__clientId`] }
  const connectionString = env[prefix]
  if (connectionString) return { kind: 'connection-string', connectionString }
  faults.push(`${prefix} (a connection string) or ${prefix}__${hostSetting} (to connect as the app's identity) must be set`)
  return { kind: 'connection-string', connectionString: '' }
}

function feeds(
  env: Env,
  knownFeeds: Readonly<Record<string, FeedDefaults>>,
  faults: string[],
): { on: ReadonlyMap<string, FeedSettings>; off: readonly FeedOff[] } {
  const chosen = (env['FEEDS'] ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '')
  const on = new Map<string, FeedSettings>()
  const off: FeedOff[] = []
  for (const name of chosen) {
    const known = knownFeeds[name]
    if (known === undefined) {
      faults.push(`FEEDS names "${name}", which is not one of ${Object.keys(knownFeeds).join(', ')}`)
      continue
    }
    const prefix = name.toUpperCase().replaceAll('-', '_')
    const key = env[`${prefix}_KEY`] || undefined
    const url = env[`${prefix}_URL`] || known.url
    // A recording asks for none.
    if (known.needsKey !== undefined && key === undefined && !url.startsWith('file:')) {
      off.push({ name, why: `${prefix}_KEY is not set. ${known.needsKey}` })
      continue
    }
    on.set(name, {
      url,
      schedule: env[`${prefix}_SCHEDULE`] || known.schedule || '',
      key,
      options: Object.fromEntries(
        Object.entries(known.options ?? {}).map(([option, usual]) => [option, env[`${prefix}_${option}`] || usual]),
      ),
    })
  }
  return { on, off }
}

function tickTtlSeconds(env: Env, faults: string[]): number {
  const days = Number(env['TICK_TTL_DAYS'] || '30')
  if (!(days > 0 && days <= 3_650))
    faults.push(`TICK_TTL_DAYS is "${env['TICK_TTL_DAYS']}"; it takes a number of days, 3650 at most`)
  return Math.round(days * 86_400)
}

function numberIn(env: Env, name: string, usual: number, least: number, most: number, faults: string[]): number {
  const value = Number(env[name] || usual)
  if (!(value >= least && value <= most)) faults.push(`${name} is "${env[name]}"; it takes a number from ${least} to ${most}`)
  return value
}

function detect(env: Env, faults: string[]): DetectSettings {
  const number = (name: string, usual: number, least: number, most: number) =>
    numberIn(env, `DETECT_${name}`, usual, least, most, faults)
  return {
    moveChange: number('MOVE_POINTS', 5, 0.1, 99) / 100,
    moveWindowMs: number('MOVE_SECONDS', 300, 1, 86_400) * 1_000,
    steamChange: number('STEAM_POINTS', 2, 0.1, 99) / 100,
    steamWindowMs: number('STEAM_SECONDS', 60, 1, 86_400) * 1_000,
    steamBookmakers: number('STEAM_BOOKMAKERS', 3, 2, 100),
    arbitrageMargin: number('ARBITRAGE_PERCENT', 0.5, 0, 50) / 100,
    staleAfterMs: number('STALE_SECONDS', 180, 1, 1e9) * 1_000,
  }
}

/** A GUID as the registry gives it. Of what else it may one day be, only a `+` would do harm: readers cut the content type there. */
function snapshotSchemaId(env: Env, faults: string[]): string | undefined {
  const id = env['SNAPSHOT_SCHEMA_ID'] || undefined
  if (id !== undefined && !/^[0-9a-z-]{1,64}$/i.test(id))
    faults.push(`SNAPSHOT_SCHEMA_ID is "${id}"; it takes the id that the schema registry gave, of letters, digits and hyphens`)
  return id
}

/** As a browser says them: no path, no slash at the end. */
function corsOrigins(env: Env, faults: string[]): readonly string[] {
  const origins = (env['CORS_ORIGINS'] ?? '')
    .split(',')
    .map((origin) => origin.trim())
    .filter((origin) => origin !== '')
  for (const origin of origins) {
    if (origin !== '*' && URL.parse(origin)?.origin !== origin)
      faults.push(`CORS_ORIGINS has "${origin}"; it takes * or origins separated by commas, as in https://odds.example.org`)
  }
  return origins
}

function negotiate(env: Env, faults: string[]): NegotiateSettings {
  const callers = env['NEGOTIATE'] || 'anonymous'
  if (callers !== 'anonymous' && callers !== 'authenticated')
    faults.push(`NEGOTIATE is "${callers}"; it takes anonymous or authenticated`)
  return {
    callers: callers === 'authenticated' ? callers : 'anonymous',
    perMinute: numberIn(env, 'NEGOTIATE_PER_MINUTE', 120, 0, 1e6, faults),
    trustedProxies: numberIn(env, 'TRUSTED_PROXIES', 1, 0, 10, faults),
  }
}

function eventProof(env: Env, faults: string[]): EventProof {
  const accessKey = /(?:^|;)AccessKey=([^;]+)/i.exec(env['WEB_PUBSUB'] ?? '')?.[1]
  if (accessKey !== undefined && !env['WEB_PUBSUB__serviceUri']) return { kind: 'signature', accessKey }
  const audience = env['WEB_PUBSUB_EVENTS__audience']
  if (!audience) return { kind: 'function-key' }
  const tenantId = env['WEB_PUBSUB_EVENTS__tenantId'] ?? ''
  if (!/^[0-9a-f-]{36}$/i.test(tenantId))
    faults.push(
      'WEB_PUBSUB_EVENTS__tenantId must be the id of the Entra tenant whose tokens for WEB_PUBSUB_EVENTS__audience are believed',
    )
  return { kind: 'token', audience, tenantId, principalId: env['WEB_PUBSUB_EVENTS__principalId'] || undefined }
}

function telemetry(env: Env, faults: string[]): TelemetrySettings | undefined {
  const endpoint = env['OTEL_EXPORTER_OTLP_ENDPOINT']
  if (!endpoint || env['OTEL_SDK_DISABLED'] === 'true') return undefined
  if (!/^https?:$/.test(URL.parse(endpoint)?.protocol ?? ''))
    faults.push('OTEL_EXPORTER_OTLP_ENDPOINT takes a web address, as in http://localhost:4318')
  const protocol = env['OTEL_EXPORTER_OTLP_PROTOCOL'] || 'http/protobuf'
  if (protocol !== 'http/protobuf') faults.push(`OTEL_EXPORTER_OTLP_PROTOCOL is "${protocol}"; it takes http/protobuf alone`)
  const sampler = env['OTEL_TRACES_SAMPLER'] || 'parentbased_always_on'
  if (!/^parentbased_(always_on|always_off|traceidratio)$/.test(sampler))
    faults.push(
      `OTEL_TRACES_SAMPLER is "${sampler}"; it takes parentbased_always_on, parentbased_always_off or parentbased_traceidratio`,
    )
  const share = numberIn(env, 'OTEL_TRACES_SAMPLER_ARG', 1, 0, 1, faults)
  return {
    tracedShare: sampler.endsWith('ratio') ? share : sampler.endsWith('off') ? 0 : 1,
    tracesEveryMs: numberIn(env, 'OTEL_BSP_SCHEDULE_DELAY', 5_000, 10, 600_000, faults),
    metricsEveryMs: numberIn(env, 'OTEL_METRIC_EXPORT_INTERVAL', 60_000, 10, 600_000, faults),
  }
}
