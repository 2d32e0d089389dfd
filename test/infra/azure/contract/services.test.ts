import { beforeAll, describe, expect, it } from 'vitest'

import { timerName } from '../../../../functions/collect/timer-name.ts'
import type { Resources } from '../../../../infra/azure/rules.ts'
import { topics } from '../../../../infra/names.ts'
import { describeAzure } from '../describe-azure.ts'
import { type Registered, registered, settingsOfApp, sources } from './app.ts'
import { connectionDifferences, containerDifferences, eventDifferences, hubDifferences, warmDifferences } from './services.ts'

const sentTo = Object.values(topics).map(({ hub }) => hub)
const named = [...new Set([...sources().matchAll(/\.container\('([\w-]+)'\)/g)].map(([, name = '']) => name))]

const heard = [...new Set([...sources().matchAll(/'azure\.webpubsub\.sys\.(\w+)'/g)].map(([, event = '']) => event))]

describeAzure('code and infrastructure', ({ environments, everything, synthesised }) => {
  describe.each(environments.map((environment) => [environment.name, environment] as const))(
    'of %s agree',
    (_name, environment) => {
      const stack = synthesised(environment)
      const settings = settingsOfApp(stack)
      let functions: Registered[] = []
      beforeAll(async () => {
        functions = await registered(settings)
      })

      it('on the event hubs and who reads them', () => expect(hubDifferences(functions, stack.resource, sentTo)).toEqual([]))
      it('on the containers, and where triggers keep their place', () =>
        expect(containerDifferences(functions, stack.resource, named)).toEqual([]))
      it('on how triggers connect', () => expect(connectionDifferences(functions, settings)).toEqual([]))
      it('on which functions are kept warm', () => expect(warmDifferences(functions, stack.resource)).toEqual([]))

      it('on the events of sockets, and where they are heard', () =>
        expect(eventDifferences(functions, stack.resource, heard)).toEqual([]))

      it('on which feeds have a timer', () => {
        const timers = functions.filter(({ trigger }) => trigger.type === 'timerTrigger').map(({ name }) => name)
        expect(timers.filter((name) => name.startsWith('collect')).sort()).toEqual(environment.feeds.polled.map(timerName).sort())
      })

      it('that whoever writes over HTTP shows a key, negotiating and the service’s own events aside', () => {
        const open = functions
          .filter(({ trigger }) => trigger.type === 'httpTrigger' && trigger['authLevel'] === 'anonymous')
          .filter(({ trigger }) => (trigger['methods'] as string[]).some((method) => /^(PUT|POST|PATCH|DELETE)$/.test(method)))
        expect(open.map(({ trigger }) => trigger['route']).filter((route) => !openToAll.test(String(route)))).toEqual([])
      })
    },
  )

  describe('would not agree if', () => {
    const { resource } = synthesised(everything)
    let functions: Registered[] = []
    beforeAll(async () => {
      functions = await registered(settingsOfApp(synthesised(everything)))
    })

    const without = (type: string, is: (attributes: Readonly<Record<string, unknown>>) => boolean): Resources => ({
      ...resource,
      [type]: Object.fromEntries(Object.entries(resource[type] ?? {}).filter(([, attributes]) => !is(attributes))),
    })

    it('a consumer group were missing, or one too many', () => {
      const fewer = without('azurerm_eventhub_consumer_group', ({ name }) => name === 'detect')
      expect(hubDifferences(functions, fewer, sentTo)).toContain('consumer group odds-politics/detect is used and not made')
      const more = {
        ...resource,
        azurerm_eventhub_consumer_group: {
          ...resource['azurerm_eventhub_consumer_group'],
          extra: { name: 'extra', eventhub_name: 'odds-politics' },
        },
      }
      expect(hubDifferences(functions, more, sentTo)).toEqual(['consumer group odds-politics/extra is made and not used'])
    })

    it('a hub were missing', () => {
      expect(
        hubDifferences(
          functions,
          without('azurerm_eventhub', ({ name }) => name === 'odds-sports'),
          sentTo,
        ),
      ).toContain('event hub odds-sports is used and not made')
    })

    it('a container were missing, or had the wrong key for leases', () => {
      expect(
        containerDifferences(
          functions,
          without('azurerm_cosmosdb_sql_container', ({ name }) => name === 'feeds'),
          named,
        ),
      ).toEqual(['container feeds is used and not made'])
      const leases = { azurerm_cosmosdb_sql_container: { leases: { name: 'leases', partition_key_paths: ['/pk'] } } }
      expect(containerDifferences(functions, { ...resource, ...leases }, named)).toContain(
        'leases in leases have another partition key than /id',
      )
    })

    it('two triggers kept their place in the same lease', () => {
      expect(
        containerDifferences([...functions, ...functions.filter(({ name }) => name === 'fanoutTicks')], resource, named),
      ).toContain('two triggers keep their place under leases/fanout-odds-')
    })

    it('events went where nobody hears them, or did not come', () => {
      const handler = (path: string, events: string[]): Resources => ({
        azurerm_web_pubsub_hub: {
          hub: { event_handler: [{ url_template: `https://\${azurerm_x.y.z}/${path}`, system_events: events }] },
        },
      })
      const elsewhere = eventDifferences(functions, handler('runtime/webhooks/webpubsub', ['connected', 'disconnected']), heard)
      expect(elsewhere).toContain('route of events runtime/webhooks/webpubsub is made and not used')
      const fewer = eventDifferences(functions, handler('api/webpubsub/{hub}/{event}', ['connected']), heard)
      expect(fewer).toEqual(['event disconnected is used and not made'])
    })

    it('a connection led elsewhere', () => {
      const settings = settingsOfApp(synthesised(everything))
      const elsewhere = { ...settings, COSMOS__accountEndpoint: settings['EVENT_HUBS__fullyQualifiedNamespace'] ?? '' }
      expect(connectionDifferences(functions, elsewhere).join('\n')).toMatch(/fanoutTicks connects by COSMOS__accountEndpoint/)
      const { EVENT_HUBS__credential: _credential, ...nameless } = settings
      expect(connectionDifferences(functions, nameless).join('\n')).toMatch(
        /dedupePolitics connects by EVENT_HUBS__credential, which is "not set"/,
      )
    })

    it('a function that is kept warm had another name', () => {
      expect(
        warmDifferences(
          functions.filter(({ name }) => name !== 'fanoutTicks'),
          resource,
        ).join('\n'),
      ).toMatch(/function:fanoutticks is kept warm/)
    })
  })
})

const openToAll = /^api\/(negotiate|webpubsub\/\{hub\}\/\{event\}|\{\*path\})$/
