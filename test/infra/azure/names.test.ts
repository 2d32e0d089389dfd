import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { nameOf, nameProblems, type ResourceKind, resourceKinds } from '../../../infra/azure/naming.ts'
import { describeAzure } from './describe-azure.ts'

/** What Azure says of names, written down apart from the project: length, characters, and how a name may begin and end. */
const azure: Readonly<Record<ResourceKind, { from: number; to: number; made: RegExp }>> = {
  resourceGroup: { from: 1, to: 90, made: /^[\w().-]*[\w()-]$/ },
  identity: { from: 3, to: 128, made: /^[a-z0-9][\w-]*$/i },
  streamIdentity: { from: 3, to: 128, made: /^[a-z0-9][\w-]*$/i },
  storage: { from: 3, to: 24, made: /^[a-z0-9]+$/ },
  logs: { from: 4, to: 63, made: /^[a-z0-9][a-z0-9-]*[a-z0-9]$/i },
  insights: { from: 1, to: 260, made: /^[\w().-]*[\w()-]$/ },
  eventHubs: { from: 6, to: 50, made: /^[a-z][a-z0-9-]*[a-z0-9]$/i },
  schemaGroup: { from: 1, to: 50, made: /^[a-z0-9]([\w.-]*[a-z0-9])?$/i },
  cosmos: { from: 3, to: 44, made: /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/ },
  webPubSub: { from: 3, to: 63, made: /^[a-z][a-z0-9-]*[a-z0-9]$/i },
  plan: { from: 1, to: 60, made: /^[a-z0-9-]+$/i },
  functionApp: { from: 2, to: 32, made: /^[a-z0-9][a-z0-9-]*[a-z0-9]$/i },
  keyVault: { from: 3, to: 24, made: /^[a-z](?!.*--)[a-z0-9-]*[a-z0-9]$/i },
  containerEnvironment: { from: 2, to: 60, made: /^[a-z](?!.*--)[a-z0-9-]*[a-z0-9]$/ },
  streamWorker: { from: 2, to: 32, made: /^[a-z](?!.*--)[a-z0-9-]*[a-z0-9]$/ },
  actionGroup: { from: 1, to: 260, made: /^[^:<>+/&%\\?|]*[^:<>+/&%\\?|. ]$/ },
  actionGroupShort: { from: 1, to: 12, made: /^\S+$/ },
  budget: { from: 1, to: 63, made: /^[\w-]+$/ },
}

/** Of any environment that the schema of environments takes. */
const anyNamed = fc.record({
  name: fc.stringMatching(/^[a-z][a-z0-9]{1,7}$/),
  suffix: fc.stringMatching(/^[a-z0-9]{2,6}$/),
})

describe('names of resources', () => {
  it.each(resourceKinds)('of kind %s are names to Azure, whatever the environment is called', (kind) => {
    const { from, to, made } = azure[kind]
    fc.assert(
      fc.property(anyNamed, (named) => {
        const name = nameOf(kind, named)
        expect(name.length).toBeGreaterThanOrEqual(from)
        expect(name.length).toBeLessThanOrEqual(to)
        expect(name).toMatch(made)
        expect(nameProblems(named)).toEqual([])
      }),
    )
  })

  it('say so where Azure would refuse them', () => {
    expect(nameProblems({ name: 'Much-too-long-a-name', suffix: '_' }).join('\n')).toMatch(/name of storage: .* does not fit/)
  })

  it('that are unique in all of Azure differ between two owners of one environment name', () => {
    for (const kind of ['storage', 'eventHubs', 'cosmos', 'webPubSub', 'functionApp', 'keyVault'] as const)
      expect(nameOf(kind, { name: 'dev', suffix: 'ab' })).not.toBe(nameOf(kind, { name: 'dev', suffix: 'cd' }))
  })
})

describeAzure('names in the stack', ({ environments, everything, synthesised }) => {
  it('are those of this list and no others', () => {
    const { resource } = synthesised(everything)
    const expected = new Set(resourceKinds.map((kind) => nameOf(kind, everything)))
    const named = Object.entries(resource)
      .filter(([type]) => !namedByWhatTheyHold.has(type))
      .flatMap(([type, each]) => Object.values(each).map(({ name }) => [type, name] as const))
    expect(named.filter(([, name]) => typeof name === 'string' && !expected.has(name))).toEqual([])
  })

  it('of two environments never meet', () => {
    const globals = environments.flatMap((environment) =>
      ['storage', 'eventHubs', 'cosmos', 'functionApp'].map((kind) => nameOf(kind as ResourceKind, environment)),
    )
    expect(new Set(globals).size).toBe(globals.length)
  })
})

/** Hubs, containers and groups from `names.ts`, and what is unique only inside its parent. */
const namedByWhatTheyHold = new Set([
  'azurerm_eventhub',
  'azurerm_eventhub_consumer_group',
  'azurerm_cosmosdb_sql_database',
  'azurerm_cosmosdb_sql_container',
  'azurerm_cosmosdb_sql_role_definition',
  'azurerm_web_pubsub_hub',
  'azurerm_storage_container',
  'azurerm_monitor_diagnostic_setting',
  'azurerm_monitor_scheduled_query_rules_alert_v2',
  'azurerm_application_insights_workbook',
  'azurerm_management_lock',
])
