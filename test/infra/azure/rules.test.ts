import { expect, it } from 'vitest'

import { breachesOf, budgetProblem, rules, type Resources } from '../../../infra/azure/rules.ts'
import { describeAzure } from './describe-azure.ts'

type Change = (attributes: Record<string, unknown>) => void
type Mutation = { what: string; type: string; change: Change; breach: RegExp }

const set =
  (path: string, value: unknown): Change =>
  (attributes) => {
    const names = path.split('.')
    const last = names.pop() ?? ''
    const parent = names.reduce((at, name) => at[name] as Record<string, unknown>, attributes)
    parent[last] = value
  }

/** One wrong configuration each that the types take and `terraform validate` lets through, and the words that stop it here. */
const mutations: readonly Mutation[] = [
  {
    what: 'a version of Node that the plan has not',
    type: 'azurerm_function_app_flex_consumption',
    change: set('runtime_version', '99'),
    breach: /version of Node.*99/,
  },
  {
    what: 'an odd size of instances',
    type: 'azurerm_function_app_flex_consumption',
    change: set('instance_memory_in_mb', 777),
    breach: /size.*777/,
  },
  {
    what: 'packages read as nobody',
    type: 'azurerm_function_app_flex_consumption',
    change: set('storage_user_assigned_identity_id', undefined),
    breach: /names the identity/,
  },
  {
    what: 'a setting that the plan refuses',
    type: 'azurerm_function_app_flex_consumption',
    change: set('app_settings.FUNCTIONS_WORKER_RUNTIME', 'node'),
    breach: /FUNCTIONS_WORKER_RUNTIME/,
  },
  {
    what: 'a connection string with an empty key',
    type: 'azurerm_function_app_flex_consumption',
    change: set('app_settings.AzureWebJobsStorage', undefined),
    breach: /AzureWebJobsStorage is not empty/,
  },
  {
    what: 'a warm function named as in the code',
    type: 'azurerm_function_app_flex_consumption',
    change: set('always_ready', [{ name: 'dedupePolitics' }]),
    breach: /keeps warm.*dedupePolitics/,
  },
  {
    what: 'consumer groups on the Basic tier',
    type: 'azurerm_eventhub_namespace',
    change: set('sku', 'Basic'),
    breach: /Basic tier has \$Default alone/,
  },
  {
    what: 'messages kept for a century',
    type: 'azurerm_eventhub',
    change: set('retention_description.retention_time_in_hours', 999_999),
    breach: /999999 hours/,
  },
  {
    what: 'more partitions than the tier has',
    type: 'azurerm_eventhub',
    change: set('partition_count', 64),
    breach: /64 partitions/,
  },
  {
    what: 'a hub tied to its namespace by name',
    type: 'azurerm_eventhub',
    change: set('namespace_id', undefined),
    breach: /by id/,
  },
  {
    what: 'serverless with throughput',
    type: 'azurerm_cosmosdb_account',
    change: set('capabilities', [{ name: 'EnableServerless' }]),
    breach: /has throughput/,
  },
  {
    what: 'no throughput at all',
    type: 'azurerm_cosmosdb_sql_database',
    change: set('autoscale_settings', undefined),
    breach: /nothing has throughput/,
  },
  {
    what: 'a partition key without its slash',
    type: 'azurerm_cosmosdb_sql_container',
    change: set('partition_key_paths', ['marketId']),
    breach: /partition keys that are paths/,
  },
  {
    what: 'an index path that is none',
    type: 'azurerm_cosmosdb_sql_container',
    change: set('indexing_policy.included_path', [{ path: 'seq' }]),
    breach: /indexes paths.*seq/,
  },
  {
    what: 'an index that does not say what becomes of the rest',
    type: 'azurerm_cosmosdb_sql_container',
    change: set('indexing_policy.excluded_path', []),
    breach: /neither included nor excluded/,
  },
  {
    what: 'a role by a name with a slip in it',
    type: 'azurerm_role_assignment',
    change: (role) => Object.assign(role, { role_definition_id: undefined, role_definition_name: 'Storage Blob Data Ownr' }),
    breach: /Ownr/,
  },
  {
    what: 'a role of nobody’s',
    type: 'azurerm_role_assignment',
    change: set('role_definition_id', '/x/roleDefinitions/00000000-0000-0000-0000-000000000000'),
    breach: /a role that we know/,
  },
  {
    what: 'a role on data that there is not',
    type: 'azurerm_cosmosdb_sql_role_assignment',
    change: set('role_definition_id', '${a}/sqlRoleDefinitions/00000000-0000-0000-0000-000000000009'),
    breach: /a role that there is/,
  },
  {
    what: 'a free service of two units',
    type: 'azurerm_web_pubsub',
    change: (service) => Object.assign(service, { sku: 'Free_F1', capacity: 2 }),
    breach: /units of its tier.*2 units/,
  },
  {
    what: 'a container tied to its account by name',
    type: 'azurerm_storage_container',
    change: set('storage_account_id', undefined),
    breach: /no right on its data/,
  },
]

describeAzure(
  'rules for what neither types nor Terraform see',
  ({ environments, everything, synthesised, synthesise, resourcesOf }) => {
    it.each(environments.map((environment) => [environment.name, environment] as const))(
      '%s keeps to all of them',
      (_name, environment) => {
        expect(breachesOf(synthesised(environment).resource)).toEqual([])
      },
    )

    it.each(mutations.map((mutation) => [mutation.what, mutation] as const))('stops %s', (_what, { type, change, breach }) => {
      const resources = structuredClone(synthesised(everything).resource) as Record<
        string,
        Record<string, Record<string, unknown>>
      >
      const [attributes] = Object.values(resources[type] ?? {})
      expect(attributes).toBeDefined()
      change(attributes ?? {})
      expect(breachesOf(resources).join('\n')).toMatch(breach)
    })

    it.each([
      ['azurerm_cosmosdb_account', { category: 'DataPlaneRequests' }],
      ['azurerm_cosmosdb_account', { category_group: 'allLogs' }],
      ['azurerm_web_pubsub', { category: 'MessagingLogs' }],
      ['azurerm_storage_account', { category_group: 'allLogs' }],
    ])('stops a line a request from %s: %j', (type, log) => {
      const resources = structuredClone(synthesised(everything).resource) as Record<
        string,
        Record<string, Record<string, unknown>>
      >
      const settings = Object.values(resources['azurerm_monitor_diagnostic_setting'] ?? {})
      for (const setting of settings.filter(({ target_resource_id: id }) => String(id).includes(type)))
        setting['enabled_log'] = [log]
      expect(breachesOf(resources)).toEqual([expect.stringMatching(/no line a request/)])
    })

    it('stops a resource that logs nothing', () => {
      const { azurerm_monitor_diagnostic_setting: settings, ...others } = synthesised(everything).resource
      const silent = Object.keys(settings ?? {})
      expect(silent.length).toBe(7)
      const without = (id: string): Resources => ({
        ...others,
        azurerm_monitor_diagnostic_setting: Object.fromEntries(Object.entries(settings ?? {}).filter(([name]) => name !== id)),
      })
      for (const id of silent) expect(breachesOf(without(id))).toEqual([expect.stringMatching(/has no diagnostic setting$/)])
    })

    it('stops an alert on a metric that no service has', () => {
      const criteria = [{ metric_name: 'ThrotledRequests' }]
      expect(breachesOf({ ...synthesised(everything).resource, azurerm_monitor_metric_alert: { one: { criteria } } })).toEqual([
        expect.stringMatching(/ThrotledRequests/),
      ])
    })

    it('each of them is shown to stop something', () => {
      const shown = [
        ...mutations.map(({ breach }) => breach.source),
        'no line a request',
        'has no diagnostic setting',
        'asks for a metric',
      ]
      expect(rules.length).toBeLessThanOrEqual(shown.length)
    })

    it('a breach stops the synthesis', () => {
      const slip = () =>
        synthesise(everything, (stack) => {
          for (const hub of resourcesOf(stack, 'azurerm_eventhub')) hub.addOverride('partition_count', 64)
        })
      expect(slip).toThrow(/64 partitions, of at most 32/)
    })
  },
)

describeAzure('a budget', ({ environments }) => {
  const today = new Date('2026-11-26T12:00:00Z')

  it.each([
    ['2026-11-01', undefined],
    ['2026-12-01', undefined],
    ['2027-11-01', undefined],
    ['2026-10-01', /is over/],
    ['2027-12-01', /twelve months ahead/],
  ] as const)('that begins on %s', (from, problem) => {
    const found = budgetProblem(from, today)
    if (problem === undefined) expect(found).toBeUndefined()
    else expect(found).toMatch(problem)
  })

  it('of no environment here begins more than a year ahead', () => {
    for (const { alerts } of environments) expect(budgetProblem(alerts.budgetFrom, new Date()) ?? '').not.toMatch(/ahead/)
  })
})
