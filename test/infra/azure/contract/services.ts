import type { Resources } from '../../../../infra/azure/rules.ts'
import type { Registered } from './app.ts'
import { each } from './resources.ts'

/**
 * What code and infrastructure disagree on, in words; nothing where they agree. Each is asked both ways: what the code uses is made, and
 * what is made is used.
 */

/** `sentTo`: the hubs that the publishers know. */
export function hubDifferences(functions: readonly Registered[], resources: Resources, sentTo: readonly string[]): string[] {
  const read = functions
    .filter(({ trigger }) => trigger.type === 'eventHubTrigger')
    .map(({ trigger }) => `${String(trigger['eventHubName'])}/${String(trigger['consumerGroup'])}`)
  const made = each(resources, 'azurerm_eventhub_consumer_group').map(
    ({ name, eventhub_name: hub }) => `${referred(resources, String(hub))}/${String(name)}`,
  )
  const hubs = each(resources, 'azurerm_eventhub').map(({ name }) => String(name))
  return [...differences('consumer group', read, made), ...differences('event hub', [...new Set(sentTo)], hubs)]
}

/** `named`: the containers whose documents the code reads and writes by itself. */
export function containerDifferences(functions: readonly Registered[], resources: Resources, named: readonly string[]): string[] {
  const triggers = functions.filter(({ trigger }) => trigger.type === 'cosmosDBTrigger').map(({ trigger }) => trigger)
  const followed = triggers.flatMap(({ containerName, leaseContainerName }) => [
    String(containerName),
    String(leaseContainerName),
  ])
  const made = each(resources, 'azurerm_cosmosdb_sql_container').map(({ name }) => String(name))
  const databases = each(resources, 'azurerm_cosmosdb_sql_database').map(({ name }) => String(name))
  const leases = each(resources, 'azurerm_cosmosdb_sql_container').filter(({ name }) =>
    triggers.some(({ leaseContainerName }) => leaseContainerName === name),
  )
  const prefixes = triggers.map(
    ({ leaseContainerName, leaseContainerPrefix }) => `${String(leaseContainerName)}/${String(leaseContainerPrefix)}`,
  )
  return [
    ...differences('container', [...new Set([...named, ...followed])], made),
    ...differences('database', [...new Set(triggers.map(({ databaseName }) => String(databaseName)))], databases),
    ...leases
      .filter(({ partition_key_paths: key }) => String(key) !== '/id')
      .map(({ name }) => `leases in ${String(name)} have another partition key than /id`),
    // As this app's identity the host cannot make it, and would try.
    ...triggers
      .filter(({ createLeaseContainerIfNotExists: makes }) => makes === true)
      .map(({ containerName }) => `the trigger on ${String(containerName)} makes its lease container itself`),
    ...prefixes
      .filter((prefix, i) => prefixes.indexOf(prefix) !== i)
      .map((prefix) => `two triggers keep their place under ${prefix}`),
  ]
}

const hostSettings: Readonly<Record<string, readonly [setting: string, type: string]>> = {
  eventHubTrigger: ['fullyQualifiedNamespace', 'azurerm_eventhub_namespace'],
  cosmosDBTrigger: ['accountEndpoint', 'azurerm_cosmosdb_account'],
}

/** Every connection that a trigger names has its three settings, and they lead to the service of its kind. */
export function connectionDifferences(functions: readonly Registered[], settings: Readonly<Record<string, string>>): string[] {
  return functions.flatMap(({ name, trigger }) => {
    const [setting, type] = hostSettings[trigger.type] ?? []
    if (setting === undefined || type === undefined) return []
    const prefix = String(trigger['connection'])
    const wrong: [string, (value: string) => boolean][] = [
      [`${prefix}__${setting}`, (value) => value.includes(`\${${type}.`)],
      [`${prefix}__credential`, (value) => value === 'managedidentity'],
      [`${prefix}__clientId`, (value) => /^\$\{azurerm_user_assigned_identity\.[\w-]+\.client_id\}$/.test(value)],
    ]
    return wrong
      .filter(([key, fits]) => !fits(settings[key] ?? ''))
      .map(([key]) => `${name} connects by ${key}, which is "${settings[key] ?? 'not set'}"`)
  })
}

export function warmDifferences(functions: readonly Registered[], resources: Resources): string[] {
  const [app] = each(resources, 'azurerm_function_app_flex_consumption')
  const names = functions
    .filter(({ trigger }) => trigger.type !== 'httpTrigger')
    .map(({ name }) => `function:${name.toLowerCase()}`)
  const warm = (app?.['always_ready'] ?? []) as { name: string }[]
  return warm
    .filter(({ name }) => !names.includes(name))
    .map(({ name }) => `${name} is kept warm, and is none of ${names.join(', ')}`)
}

/** `heard`: the events that the code knows. */
export function eventDifferences(functions: readonly Registered[], resources: Resources, heard: readonly string[]): string[] {
  const handlers = each(resources, 'azurerm_web_pubsub_hub').flatMap(
    ({ event_handler: handler }) => (handler ?? []) as { url_template: string; system_events: string[] }[],
  )
  const routes = functions.map(({ trigger }) => String(trigger['route'])).filter((route) => /webpubsub/i.test(route))
  const asked = handlers.map(({ url_template: url }) => url.replace(/^https:\/\/\$\{[^}]+\}\//, ''))
  return [
    ...differences('route of events', [...new Set(routes)], asked),
    ...differences('event', heard, [...new Set(handlers.flatMap(({ system_events: events }) => events))]),
  ]
}

export function differences(what: string, used: readonly string[], made: readonly string[]): string[] {
  return [
    ...used.filter((name) => !made.includes(name)).map((name) => `${what} ${name} is used and not made`),
    ...made.filter((name) => !used.includes(name)).map((name) => `${what} ${name} is made and not used`),
  ]
}

/** `${azurerm_eventhub.x.name}` → the name of x. */
function referred(resources: Resources, reference: string): string {
  const [, type = '', id = '', attribute = ''] = /^\$\{(\w+)\.([\w-]+)\.(\w+)\}$/.exec(reference) ?? []
  const value = resources[type]?.[id]?.[attribute]
  return typeof value === 'string' ? value : reference
}
