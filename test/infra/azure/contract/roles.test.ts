import { expect, it } from 'vitest'

import { roles } from '../../../../infra/azure/role-ids.ts'
import type { Resources } from '../../../../infra/azure/rules.ts'
import { describeAzure } from '../describe-azure.ts'
import type { Synthesised } from '../project.ts'
import { registered, settingsOfApp, settingsOfWorker, sources } from './app.ts'
import { each, only } from './resources.ts'

type Who = 'app' | 'app itself' | 'worker' | 'deployer' | 'readers'

/** The rights that are given, each as `who: role on what`. */
function given(resource: Resources): string[] {
  const names = new Map(Object.entries(roles).map(([name, id]) => [id as string, name]))
  const assigned = each(resource, 'azurerm_role_assignment').map(
    ({ principal_id: principal, role_definition_id: role, scope }) =>
      `${who(String(principal))}: ${names.get(String(role).split('/').at(-1) ?? '') ?? String(role)} on ${typeOf(String(scope))}`,
  )
  const onData = each(resource, 'azurerm_cosmosdb_sql_role_assignment').map(
    ({ principal_id: principal, role_definition_id: role, scope }) =>
      `${who(String(principal))}: ${String(role).endsWith('0002') ? 'read and write' : 'read'} on ${typeOf(String(scope))}`,
  )
  return [...assigned, ...onData].sort()
}

/** The rights that are needed, from what the code does. */
async function needed(stack: Synthesised): Promise<string[]> {
  const code = sources()
  const functions = await registered(settingsOfApp(stack))
  const has = (type: string) => functions.some(({ trigger }) => trigger.type === type)
  const [app, worker] = [settingsOfApp(stack), settingsOfWorker(stack)]
  const publishes = code.includes('new EventHubProducerClient(')
  const stores = code.includes('new CosmosClient(')
  const refers = (settings: Readonly<Record<string, string>> | undefined) =>
    Object.values(settings ?? {}).some((value) => value.startsWith('@Microsoft.KeyVault('))
  const rights: [isNeeded: boolean, right: `${Who}: ${string}`][] = [
    // Locks of timers, checkpoints of hubs, the deployed package; and what the host reports of itself.
    [true, 'app: storageBlobDataOwner on storage_account'],
    [true, 'app: storageTableDataContributor on storage_account'],
    [publishes, 'app: eventHubsDataSender on eventhub_namespace'],
    [has('eventHubTrigger'), 'app: eventHubsDataReceiver on eventhub_namespace'],
    [stores || has('cosmosDBTrigger'), 'app: read and write on cosmosdb_account'],
    [code.includes('new WebPubSubServiceClient('), 'app: webPubSubServiceOwner on web_pubsub'],
    [
      /Authorization=AAD/.test(app['APPLICATIONINSIGHTS_AUTHENTICATION_STRING'] ?? ''),
      'app: monitoringMetricsPublisher on application_insights',
    ],
    [refers(app), 'app itself: keyVaultSecretsUser on key_vault'],
    [worker !== undefined && publishes, 'worker: eventHubsDataSender on eventhub_namespace'],
    [worker !== undefined && stores, 'worker: read and write on cosmosdb_account'],
    [worker !== undefined, 'worker: storageBlobDataReader on storage_container'],
    [refers(worker), 'worker: keyVaultSecretsUser on key_vault'],
    [true, 'deployer: schemaRegistryContributor on eventhub_namespace'],
    [worker !== undefined, 'deployer: storageBlobDataContributor on storage_container'],
    [stack.resource['azurerm_key_vault'] !== undefined, 'deployer: keyVaultSecretsOfficer on key_vault'],
  ]
  return rights
    .filter(([isNeeded]) => isNeeded)
    .map(([, right]) => right)
    .sort()
}

describeAzure('rights', ({ environments, everything, synthesised }) => {
  it.each(environments.map((environment) => [environment.name, environment] as const))(
    'in %s are those that the code needs, and no more',
    async (_name, environment) => {
      const readers = environment.readersGroupId === null ? [] : ['readers: read on cosmosdb_account']
      const stack = synthesised(environment)
      expect(given(stack.resource)).toEqual([...(await needed(stack)), ...readers].sort())
    },
  )

  it('that are missing, or too many, would be seen', async () => {
    const stack = synthesised(everything)
    const wanted = await needed(stack)
    const { azurerm_role_assignment: assignments = {}, ...others } = stack.resource
    for (const [id] of Object.entries(assignments)) {
      const { [id]: _gone, ...left } = assignments
      expect(given({ ...others, azurerm_role_assignment: left })).not.toEqual(expect.arrayContaining(wanted))
    }
  })

  it('of readers write nothing', () => {
    const definition = only(synthesised(everything).resource, 'azurerm_cosmosdb_sql_role_definition')
    const [{ data_actions: actions }] = definition['permissions'] as [{ data_actions: string[] }]
    expect(
      actions.filter((action) => !/\/(readMetadata|readAnalytics|items\/read|executeQuery|readChangeFeed)$/.test(action)),
    ).toEqual([])
  })
})

function who(principal: string): Who {
  if (principal.includes('azurerm_user_assigned_identity.identity.')) return 'app'
  if (principal.includes('azurerm_user_assigned_identity.stream-identity.')) return 'worker'
  if (principal.includes('azurerm_function_app_flex_consumption.')) return 'app itself'
  return principal.includes('data.azurerm_client_config.') ? 'deployer' : 'readers'
}

const typeOf = (scope: string) => /^\$\{azurerm_(\w+)\./.exec(scope)?.[1] ?? scope
