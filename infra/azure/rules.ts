import { roles } from './role-ids.ts'

/** What Terraform will read, by type and then by name: `stack.azurerm_eventhub['…'].partition_count`. */
export type Resources = Readonly<Record<string, Readonly<Record<string, Attributes>>>>
export type Attributes = Readonly<Record<string, unknown>>
export type Rule = { says: string; breaches: (resources: Resources) => string[] }

/**
 * What neither the types of the bindings nor `terraform validate` sees, and Azure would say halfway through a deployment, or never. Each
 * breach stops the synthesis. The policies, which are about safety, stand in `policies.ts`.
 */
export const rules: readonly Rule[] = [
  of(
    'azurerm_function_app_flex_consumption',
    'runs on a version of Node that the plan has',
    (app) =>
      app['runtime_name'] === 'node' &&
      !['20', '22', '24'].includes(text(app['runtime_version'])) &&
      text(app['runtime_version']),
  ),
  of(
    'azurerm_function_app_flex_consumption',
    'has instances of a size that the plan has',
    (app) => ![512, 2048, 4096].includes(number(app['instance_memory_in_mb'])) && text(app['instance_memory_in_mb']),
  ),
  of(
    'azurerm_function_app_flex_consumption',
    'names the identity with which it reads its package',
    (app) =>
      app['storage_authentication_type'] === 'UserAssignedIdentity' &&
      app['storage_user_assigned_identity_id'] === undefined &&
      'none',
  ),
  of('azurerm_function_app_flex_consumption', 'sets nothing that this plan refuses', (app) =>
    Object.keys(record(app['app_settings']))
      .filter((name) => refusedSettings.test(name))
      .join(', '),
  ),
  of('azurerm_function_app_flex_consumption', 'keeps warm what the plan knows by such a name', (app) =>
    list(app['always_ready'])
      .map((ready) => text(ready['name']))
      .filter((name) => !/^(http|durable|blob|function:[a-z0-9_-]+)$/.test(name))
      .join(', '),
  ),
  of(
    'azurerm_function_app_flex_consumption',
    'keeps the provider from sending a connection string with an empty key',
    (app) => record(app['app_settings'])['AzureWebJobsStorage'] !== '' && 'AzureWebJobsStorage is not empty',
  ),
  {
    says: 'an event hub has at most the partitions, the hours and the consumer groups of its tier',
    breaches(resources) {
      const isBasic = all(resources, 'azurerm_eventhub_namespace').some(([, namespace]) => namespace['sku'] === 'Basic')
      const breaches: string[] = []
      for (const [name, hub] of all(resources, 'azurerm_eventhub')) {
        const { partition_count: partitions } = hub
        const { retention_time_in_hours: hours } = first(hub['retention_description'])
        const mostHours = isBasic ? 24 : 168
        if (number(partitions) > 32) breaches.push(`${name} has ${text(partitions)} partitions, of at most 32`)
        if (number(hours) > mostHours) breaches.push(`${name} keeps ${text(hours)} hours, of at most ${mostHours}`)
      }
      const groups = all(resources, 'azurerm_eventhub_consumer_group').length
      if (isBasic && groups > 0) breaches.push(`the Basic tier has $Default alone, and ${groups} groups are made`)
      return breaches
    },
  },
  {
    says: 'serverless has no throughput, and what is not serverless has some',
    breaches(resources) {
      const isServerless = all(resources, 'azurerm_cosmosdb_account').some(([, account]) =>
        list(account['capabilities']).some(({ name }) => name === 'EnableServerless'),
      )
      const bought = [
        ...all(resources, 'azurerm_cosmosdb_sql_database'),
        ...all(resources, 'azurerm_cosmosdb_sql_container'),
      ].filter(([, bill]) => bill['throughput'] !== undefined || bill['autoscale_settings'] !== undefined)
      if (isServerless) return bought.map(([name]) => `${name} has throughput`)
      return bought.length === 0 ? ['nothing has throughput'] : []
    },
  },
  of('azurerm_cosmosdb_sql_container', 'has partition keys that are paths', (container) =>
    strings(container['partition_key_paths'])
      .filter((path) => !/^(\/[A-Za-z_]\w*)+$/.test(path))
      .join(', '),
  ),
  of(
    'azurerm_cosmosdb_sql_container',
    'indexes paths that the service can read, and says what becomes of the rest',
    (container) => {
      const policy = first(container['indexing_policy'])
      const paths = [...list(policy['included_path']), ...list(policy['excluded_path'])].map(({ path }) => text(path))
      const bad = paths.filter((path) => path !== '/*' && !/^(\/(\w+|"[^"]+"|\[\]))+\/[?*]$/.test(path))
      return [...bad, ...(paths.includes('/*') ? [] : ['/* is neither included nor excluded'])].join(', ')
    },
  ),
  of('azurerm_role_assignment', 'gives a role that we know, by its id', (assignment) => {
    const id = text(assignment['role_definition_id']).split('/').at(-1) ?? ''
    return !(Object.values(roles) as string[]).includes(id) && text(assignment['role_definition_name'] ?? id)
  }),
  of(
    'azurerm_cosmosdb_sql_role_assignment',
    'gives a role that there is',
    ({ role_definition_id: role }) =>
      !/(\/sqlRoleDefinitions\/00000000-0000-0000-0000-00000000000[12]|^\$\{azurerm_cosmosdb_sql_role_definition\.[\w-]+\.id\})$/.test(
        text(role),
      ) && text(role),
  ),
  of('azurerm_monitor_metric_alert', 'asks for a metric that the service has', (alert) =>
    list(alert['criteria'])
      .map(({ metric_name: name }) => text(name))
      .filter((name) => !knownMetrics.has(name))
      .join(', '),
  ),
  of(
    'azurerm_web_pubsub',
    'has the units of its tier',
    ({ sku, capacity }) => sku === 'Free_F1' && capacity !== 1 && `${text(capacity)} units`,
  ),
  of('azurerm_eventhub', 'is tied to its namespace by id', (hub) => hub['namespace_id'] === undefined && 'no namespace_id'),
  of(
    'azurerm_storage_container',
    'is tied to its account by id, which needs no right on its data',
    (container) => container['storage_account_id'] === undefined && 'no storage_account_id',
  ),
  of('azurerm_monitor_diagnostic_setting', 'keeps no line a request, which would use up the quota of a day', (setting) => {
    const logs = list(setting['enabled_log']).map(({ category, category_group: group }) => text(category ?? group))
    const tooMany = /\.azurerm_(cosmosdb_account|web_pubsub|storage_account|function_app_flex_consumption)\./.test(
      `.${text(setting['target_resource_id']).slice(2)}`,
    )
    return logs.filter((name) => perRequest.has(name) || (tooMany && name === 'allLogs')).join(', ')
  }),
  {
    says: 'what logs anything, logs it into the workspace',
    breaches(resources) {
      const told = new Set(all(resources, 'azurerm_monitor_diagnostic_setting').map(([, { target_resource_id: id }]) => text(id)))
      return loggable.flatMap(([type, part]) =>
        all(resources, type)
          .filter(([name]) => !told.has(`\${${type}.${name}.id}${part}`))
          .map(([name]) => `${type}.${name} has no diagnostic setting`),
      )
    },
  },
]

/** The breaches of all rules, each with what the rule says. */
export function breachesOf(resources: Resources): string[] {
  return rules.flatMap(({ says, breaches }) => breaches(resources).map((breach) => `${says}: ${breach}`))
}

/** A budget's first month, when it is made: Azure refuses one that is over, or more than a year away. `budgetFrom` as in an environment. */
export function budgetProblem(budgetFrom: string, today: Date): string | undefined {
  const months = (date: Date) => date.getUTCFullYear() * 12 + date.getUTCMonth()
  const ahead = months(new Date(budgetFrom)) - months(today)
  if (ahead < 0) return `budgetFrom ${budgetFrom} is over`
  return ahead > 12 ? `budgetFrom ${budgetFrom} is more than twelve months ahead` : undefined
}

function of(type: string, says: string, breach: (attributes: Attributes) => string | false): Rule {
  return {
    says: `${type} ${says}`,
    breaches: (resources) =>
      all(resources, type).flatMap(([name, attributes]) => {
        const why = breach(attributes)
        return why === false || why === '' ? [] : [`${name}: ${why}`]
      }),
  }
}

/** Settled by the plan itself, or gone with it. */
const refusedSettings =
  /^(FUNCTIONS_WORKER_RUNTIME|FUNCTIONS_EXTENSION_VERSION|WEBSITE_RUN_FROM_PACKAGE|SCM_DO_BUILD_DURING_DEPLOYMENT|WEBSITE_NODE_DEFAULT_VERSION|WEBSITE_CONTENT\w*|WEBSITE_TIME_ZONE|TZ)$/

const loggable: readonly [type: string, part: string][] = [
  ['azurerm_eventhub_namespace', ''],
  ['azurerm_cosmosdb_account', ''],
  ['azurerm_web_pubsub', ''],
  ['azurerm_function_app_flex_consumption', ''],
  ['azurerm_key_vault', ''],
  ['azurerm_container_app_environment', ''],
  ['azurerm_storage_account', '/blobServices/default'],
]

const perRequest = new Set([
  'DataPlaneRequests',
  'QueryRuntimeStatistics',
  'HttpRequestLogs',
  'MessagingLogs',
  'StorageRead',
  'StorageWrite',
  'FunctionAppLogs',
])

const knownMetrics = new Set([
  'IncomingMessages',
  'OutgoingMessages',
  'ThrottledRequests',
  'TotalRequests',
  'NormalizedRUConsumption',
  'ConnectionCount',
  'OutboundTraffic',
])

const all = (resources: Resources, type: string) => Object.entries(resources[type] ?? {})
const text = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))
const number = (value: unknown): number => (typeof value === 'number' ? value : NaN)
const strings = (value: unknown): string[] => (Array.isArray(value) ? value.map(text) : [])
const record = (value: unknown): Attributes => (typeof value === 'object' && value !== null ? (value as Attributes) : {})
/** A block is one object, or a list of them. */
const list = (value: unknown): Attributes[] =>
  Array.isArray(value) ? value.map(record) : value === undefined ? [] : [record(value)]
const first = (value: unknown): Attributes => list(value)[0] ?? {}
