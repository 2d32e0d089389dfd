import type { Construct } from 'constructs'

import { Aspects, AzurermBackend, LocalBackend, TerraformOutput, TerraformStack } from '#cdk'
import { DataAzurermClientConfig } from '#azurerm/data-azurerm-client-config'
import { DataAzurermSubscription } from '#azurerm/data-azurerm-subscription'
import { AzurermProvider } from '#azurerm/provider'
import { ResourceGroup } from '#azurerm/resource-group'
import { UserAssignedIdentity } from '#azurerm/user-assigned-identity'

import { appSettings } from '../app-settings.ts'
import { topicNames } from '../names.ts'
import { Alerts } from './alerts.ts'
import { Cosmos } from './cosmos.ts'
import type { Environment } from './environments.ts'
import { EventHubs } from './event-hubs.ts'
import { FunctionApp } from './function-app.ts'
import { Guard } from './guard.ts'
import { KeyVault, secretName } from './key-vault.ts'
import { nameOf } from './naming.ts'
import { Observability } from './observability.ts'
import type { Place } from './place.ts'
import { Policies } from './policies.ts'
import type { Grantee } from './roles.ts'
import { breachesOf, type Resources } from './rules.ts'
import { Storage } from './storage.ts'
import { StreamWorker } from './stream-worker.ts'
import { WebPubSub } from './web-pubsub.ts'
import { Workbook } from './workbook.ts'

/** Where Terraform keeps what it made: an Azure storage account that `npm run bootstrap` makes, or a file of the machine it runs on. */
export type State =
  | { kind: 'azure'; resourceGroupName: string; storageAccountName: string; containerName: string }
  | { kind: 'local' }

/** The functions between a feed and a browser: the ones worth a warm instance each. */
export const warmFunctions = [
  ...topicNames.map((topic) => `dedupe${topic.charAt(0).toUpperCase()}${topic.slice(1)}`),
  'fanoutTicks',
]

/** A whole Oddscast in one resource group, in the order in which the odds move through it. */
export class OddscastStack extends TerraformStack {
  constructor(scope: Construct, environment: Environment, state: State) {
    super(scope, `oddscast-${environment.name}`)
    this.#keepState(environment, state)
    new AzurermProvider(this, 'azurerm', {
      features: [
        {
          resourceGroup: [{ preventDeletionIfContainsResources: environment.protect }],
          applicationInsights: [{ disableGeneratedRule: true }],
          // With keys off, the deployer would otherwise need data rights on the account that it is just making.
          storage: [{ dataPlaneAvailable: false }],
        },
      ],
      storageUseAzuread: true,
      resourceProviderRegistrations: 'none',
      resourceProvidersToRegister: resourceProviders,
    })
    const client = new DataAzurermClientConfig(this, 'client', {})
    const { id: subscriptionId } = new DataAzurermSubscription(this, 'subscription', {})
    const deployer: Grantee = { name: 'deployer', principalId: client.objectId, subscriptionId }

    const tags = { ...environment.tags, application: 'oddscast', environment: environment.name }
    const group = new ResourceGroup(this, 'group', {
      name: nameOf('resourceGroup', environment),
      location: environment.location,
      tags,
    })
    const place: Place = { resourceGroupName: group.name, location: group.location, tags }
    const identity = new UserAssignedIdentity(this, 'identity', { ...place, name: nameOf('identity', environment) })
    const app: Grantee = { name: 'app', principalId: identity.principalId, subscriptionId }

    const observability = new Observability(this, 'observability', place, environment)
    const storage = new Storage(this, 'storage', place, environment, observability)
    const eventHubs = new EventHubs(this, 'event-hubs', place, environment, observability)
    const cosmos = new Cosmos(this, 'cosmos', place, environment, observability)
    const webPubSub = new WebPubSub(this, 'web-pubsub', place, environment, observability)
    const { secrets } = environment
    const vault =
      secrets.length === 0 ? undefined : new KeyVault(this, 'key-vault', place, environment, client.tenantId, observability)

    const settingsFor = (managedIdentityClientId: string, feeds: readonly string[]) => ({
      ...appSettings({
        kind: 'identity',
        eventHubsNamespace: eventHubs.host,
        cosmosEndpoint: cosmos.endpoint,
        webPubSubEndpoint: webPubSub.endpoint,
        managedIdentityClientId,
      }),
      FEEDS: feeds.join(','),
      TICK_TTL_DAYS: String(environment.tickTtlDays),
      ...settingsOfFeeds(environment, feeds, {
        ...environment.settings,
        ...Object.fromEntries(secrets.map((setting) => [setting, vault?.reference(setting) ?? ''])),
      }),
    })
    const functionApp = new FunctionApp(this, 'functions', place, environment, {
      identity,
      storage,
      observability,
      warm: warmFunctions,
      readsSecrets: vault !== undefined,
      tenantId: client.tenantId,
      settings: { ...settingsFor(identity.clientId, environment.feeds.polled), ...webPubSub.eventSettings(client.tenantId) },
      // Rights first: a host that starts without them stops, and rights take minutes to arrive.
      dependsOn: [
        ...storage.grantHost(app),
        eventHubs.grantSend(app),
        eventHubs.grantReceive(app),
        cosmos.grantReadAndWrite(app),
        webPubSub.grantOwn(app),
        observability.grantPublish(app),
      ],
    })
    vault?.grantReadSecrets({ name: 'app-itself', principalId: functionApp.ownPrincipalId, subscriptionId })
    vault?.grantPutSecrets(deployer)
    eventHubs.grantRegisterSchemas(deployer)
    if (environment.readersGroupId !== null) cosmos.grantRead(environment.readersGroupId)
    webPubSub.addHub(`https://${functionApp.hostName}`)

    let streamWorker: StreamWorker | undefined
    let streamBundleUrl = ''
    if (environment.feeds.streamed.length > 0) {
      const own = new UserAssignedIdentity(this, 'stream-identity', { ...place, name: nameOf('streamIdentity', environment) })
      const stream: Grantee = { name: 'stream', principalId: own.principalId, subscriptionId }
      const bundles = storage.addBundles('stream', deployer, stream)
      streamBundleUrl = `${bundles.url}/main.cjs`
      streamWorker = new StreamWorker(this, 'stream', place, environment, {
        identity: own,
        observability,
        bundleUrl: streamBundleUrl,
        settings: settingsFor(own.clientId, environment.feeds.streamed),
        dependsOn: [
          ...bundles.grants,
          eventHubs.grantSend(stream),
          cosmos.grantReadAndWrite(stream),
          ...(vault === undefined ? [] : [vault.grantReadSecrets(stream)]),
        ],
      })
    }

    new Alerts(this, 'alerts', place, environment, observability)
    new Workbook(this, 'workbook', place, environment, observability)
    new Guard(this, 'guard', environment, group.id, { cosmos: cosmos.id, 'event-hubs': eventHubs.id, storage: storage.id })
    Aspects.of(this).add(new Policies(Object.keys(tags)))
    this.node.addValidation({ validate: () => breachesOf((this.toTerraform() as { resource: Resources }).resource) })

    this.#tell({
      url: `https://${functionApp.hostName}`,
      functionAppName: functionApp.name,
      resourceGroupName: group.name,
      keyVaultName: vault?.name ?? '',
      secretNames: secrets.map(secretName).join(','),
      cosmosEndpoint: cosmos.endpoint,
      eventHubsNamespace: eventHubs.host,
      schemaGroup: eventHubs.schemaGroup,
      webPubSubEndpoint: webPubSub.endpoint,
      streamWorkerName: streamWorker?.name ?? '',
      streamBundleUrl,
    })
  }

  #keepState(environment: Environment, state: State): void {
    const key = `oddscast-${environment.name}.tfstate`
    if (state.kind === 'local') new LocalBackend(this, { path: `../../../terraform.${environment.name}.tfstate` })
    else {
      const { kind: _kind, ...account } = state
      new AzurermBackend(this, { ...account, key, useAzureadAuth: true })
    }
  }

  #tell(outputs: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(outputs)) new TerraformOutput(this, name, { value })
  }
}

/** A feed's settings, secrets above all, go to whoever reads that feed and to nobody else; what is no feed's goes to all. */
export function settingsOfFeeds(
  { feeds: { polled, streamed } }: Environment,
  feeds: readonly string[],
  settings: Readonly<Record<string, string>>,
): Record<string, string> {
  const prefix = (feed: string) => `${feed.toUpperCase().replaceAll('-', '_')}_`
  const longestFirst = [...polled, ...streamed].sort((a, b) => b.length - a.length)
  return Object.fromEntries(
    Object.entries(settings).filter(([name]) => {
      const feed = longestFirst.find((feed) => name.startsWith(prefix(feed)))
      return feed === undefined || feeds.includes(feed)
    }),
  )
}

const resourceProviders = [
  'Microsoft.App',
  'Microsoft.Consumption',
  'Microsoft.DocumentDB',
  'Microsoft.EventHub',
  'Microsoft.Insights',
  'Microsoft.KeyVault',
  'Microsoft.ManagedIdentity',
  'Microsoft.OperationalInsights',
  'Microsoft.SignalRService',
  'Microsoft.Storage',
  'Microsoft.Web',
]
