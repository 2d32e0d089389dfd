import { describe, expect, it } from 'vitest'

import { polledFeeds } from '../../../../functions/collect/feeds.ts'
import { streamedFeeds } from '../../../../functions/collect/streams.ts'
import { readSettings } from '../../../../functions/settings.ts'
import { describeAzure } from '../describe-azure.ts'
import { arrived, settingsOfApp, settingsOfWorker, sources } from './app.ts'
import { only } from './resources.ts'

const feeds = { ...polledFeeds, ...streamedFeeds }

/** Those of the Functions host, of the platform and of OpenTelemetry, which our code never sees. */
const hosts =
  /^(AzureWebJobs\w*|APPLICATIONINSIGHTS_\w+|OTEL_\w+|(EVENT_HUBS|COSMOS|WEB_PUBSUB)__(credential|clientId)|BUNDLE_URL|AZURE_CLIENT_ID)$/

/** Every name that is looked up while settings are read, with all feeds on. */
function namesRead(): ReadonlySet<string> {
  const read = new Set<string>()
  const env = new Proxy<Record<string, string>>(
    { FEEDS: Object.keys(feeds).join(',') },
    {
      get(target, name) {
        read.add(String(name))
        return target[String(name)] ?? (String(name).endsWith('_KEY') ? 'a-key' : undefined)
      },
    },
  )
  // In both forms of each connection, since the first that is found ends the search.
  for (const given of [
    {},
    {
      EVENT_HUBS__fullyQualifiedNamespace: 'x',
      COSMOS__accountEndpoint: 'x',
      WEB_PUBSUB__serviceUri: 'x',
      WEB_PUBSUB_EVENTS__audience: 'x',
    },
  ]) {
    Object.assign(env, given)
    try {
      readSettings(env, feeds)
    } catch {
      // What is missing is not the question here.
    }
  }
  return read
}

describe('settings', () => {
  it('are read from the environment in one place', () => {
    expect(sources().match(/process\.env\b/g)).toHaveLength(1)
  })
})

describeAzure('settings', ({ environments, everything, settingsOfFeeds, synthesised }) => {
  const read = namesRead()

  it.each(environments.map((environment) => [environment.name, environment] as const))(
    'of the app in %s are all that it needs, and each feed has its key',
    (_name, environment) => {
      const { feeds: on, feedsOff, ...settings } = readSettings(arrived(settingsOfApp(synthesised(environment))), feeds)
      expect([...on.keys()]).toEqual(environment.feeds.polled)
      expect(feedsOff).toEqual([])
      expect(settings.eventProof).toMatchObject({ kind: 'token', principalId: expect.any(String) as string })
      expect([settings.eventHubs.kind, settings.cosmos.kind, settings.webPubSub.kind]).toEqual([
        'identity',
        'identity',
        'identity',
      ])
    },
  )

  it('of the worker are all that it needs, and each feed has its key', () => {
    const { feeds: on, feedsOff } = readSettings(arrived(settingsOfWorker(synthesised(everything)) ?? {}), feeds)
    expect([...on.keys()]).toEqual(everything.feeds.streamed)
    expect(feedsOff).toEqual([])
  })

  it.each(environments.map((environment) => [environment.name, environment] as const))(
    'in %s are none that nobody reads',
    (_name, environment) => {
      const stack = synthesised(environment)
      const set = Object.keys({ ...settingsOfApp(stack), ...settingsOfWorker(stack) })
      expect(set.filter((name) => !read.has(name) && !hosts.test(name))).toEqual([])
    },
  )

  it('that the stack leaves to others are read too', () => {
    const app = only(synthesised(everything).resource, 'azurerm_function_app_flex_consumption')
    const { ignore_changes: left } = app['lifecycle'] as { ignore_changes: string[] }
    expect(left.map((path) => /^app_settings\["(\w+)"\]$/.exec(path)?.[1] ?? path).filter((name) => !read.has(name))).toEqual([])
  })

  it('of a streamed feed go to the worker alone, and the app’s to the app alone', () => {
    const stack = synthesised(everything)
    expect(settingsOfApp(stack)).toHaveProperty('ODDS_API_KEY')
    expect(settingsOfWorker(stack)).not.toHaveProperty('ODDS_API_KEY')
    expect(Object.keys(settingsOfApp(stack)).filter((name) => name.startsWith('BETFAIR_'))).toEqual([])
    expect(Object.keys(settingsOfWorker(stack) ?? {}).filter((name) => name.startsWith('BETFAIR_'))).not.toEqual([])
  })

  it('go to the feed of the longest name that they begin with; those of no feed to all', () => {
    const environment = { ...everything, feeds: { polled: ['polymarket'], streamed: ['polymarket-clob'] } }
    const settings = { POLYMARKET_URL: 'a', POLYMARKET_CLOB_URL: 'b', CORS_ORIGINS: '*' }
    expect(settingsOfFeeds(environment, ['polymarket'], settings)).toEqual({ POLYMARKET_URL: 'a', CORS_ORIGINS: '*' })
    expect(settingsOfFeeds(environment, ['polymarket-clob'], settings)).toEqual({ POLYMARKET_CLOB_URL: 'b', CORS_ORIGINS: '*' })
  })

  it('that only a trigger or our code would miss are missed', () => {
    const { COSMOS__accountEndpoint: _endpoint, ...settings } = settingsOfApp(synthesised(everything))
    expect(() => readSettings(arrived(settings), feeds)).toThrow(/COSMOS__accountEndpoint/)
  })
})
