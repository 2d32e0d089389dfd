import { Construct } from 'constructs'
import type { ITerraformDependable } from '#cdk'

import { FunctionAppFlexConsumption } from '#azurerm/function-app-flex-consumption'
import { ServicePlan } from '#azurerm/service-plan'

import type { Environment } from './environments.ts'
import { nameOf } from './naming.ts'
import type { Observability } from './observability.ts'
import type { Place } from './place.ts'

export type FunctionAppProps = {
  identity: { id: string; clientId: string }
  storage: { accountName: string; packagesUrl: string }
  observability: Observability
  settings: Record<string, string>
  /** Functions that a warm instance is kept for. */
  warm: readonly string[]
  /** Whether settings refer to secrets, which this resource can only read with an identity of its own. */
  readsSecrets: boolean
  tenantId: string
  dependsOn: ITerraformDependable[]
}

/** The app, on Flex Consumption. Its code is put there afterwards, by `npm run deploy`: the provider's own way to do so fails on this plan. */
export class FunctionApp extends Construct {
  readonly hostName: string
  readonly name: string
  readonly ownPrincipalId: string
  readonly #app: FunctionAppFlexConsumption

  constructor(scope: Construct, id: string, place: Place, environment: Environment, props: FunctionAppProps) {
    super(scope, id)
    const { nodeVersion, instanceMemoryMb, maxInstances, alwaysReady } = environment.functions
    const { identity, storage, observability } = props
    const plan = new ServicePlan(this, 'plan', { ...place, name: nameOf('plan', environment), osType: 'Linux', skuName: 'FC1' })
    this.#app = new FunctionAppFlexConsumption(this, 'app', {
      ...place,
      name: nameOf('functionApp', environment),
      servicePlanId: plan.id,
      runtimeName: 'node',
      runtimeVersion: nodeVersion,
      storageContainerType: 'blobContainer',
      storageContainerEndpoint: storage.packagesUrl,
      storageAuthenticationType: 'UserAssignedIdentity',
      storageUserAssignedIdentityId: identity.id,
      instanceMemoryInMb: instanceMemoryMb,
      maximumInstanceCount: maxInstances,
      httpsOnly: true,
      webdeployPublishBasicAuthenticationEnabled: false,
      identity: { type: props.readsSecrets ? 'SystemAssigned, UserAssigned' : 'UserAssigned', identityIds: [identity.id] },
      ...(alwaysReady === 0
        ? {}
        : { alwaysReady: props.warm.map((name) => ({ name: `function:${name.toLowerCase()}`, instanceCount: alwaysReady })) }),
      siteConfig: {
        applicationInsightsConnectionString: observability.connectionString,
        minimumTlsVersion: '1.2',
        http2Enabled: true,
      },
      ...(environment.signIn === null ? {} : { authSettingsV2: signInWith(environment.signIn.clientId, props.tenantId) }),
      appSettings: {
        ...props.settings,
        // The page is at the root, where Azure would put one of its own.
        AzureWebJobsDisableHomepage: 'true',
        // The provider always sends a connection string with an empty key here, with which the host cannot start; an empty setting wins over it.
        AzureWebJobsStorage: '',
        AzureWebJobsStorage__accountName: storage.accountName,
        AzureWebJobsStorage__credential: 'managedidentity',
        AzureWebJobsStorage__clientId: identity.clientId,
        APPLICATIONINSIGHTS_AUTHENTICATION_STRING: `ClientId=${identity.clientId};Authorization=AAD`,
      },
      // The schemas are registered after the app is made, by `npm run deploy`, which then tells the app their id.
      lifecycle: { ignoreChanges: ['app_settings["SNAPSHOT_SCHEMA_ID"]'] },
      dependsOn: props.dependsOn,
    })
    // What it logs is in Application Insights already.
    observability.diagnose(this, this.#app.id, { logs: 'none' })
    this.hostName = this.#app.defaultHostname
    this.name = this.#app.name
    this.ownPrincipalId = this.#app.identity.principalId
  }

  get id(): string {
    return this.#app.id
  }
}

/** Whoever signs in is known to the app; whoever does not is let through to it, since the board is for all. */
function signInWith(clientId: string, tenantId: string) {
  return {
    authEnabled: true,
    requireAuthentication: false,
    unauthenticatedAction: 'AllowAnonymous',
    // The service's events come with a token of another kind, which the app looks at itself.
    excludedPaths: ['/api/webpubsub/*'],
    login: { tokenStoreEnabled: false },
    activeDirectoryV2: { clientId, tenantAuthEndpoint: `https://login.microsoftonline.com/${tenantId}/v2.0` },
  }
}
