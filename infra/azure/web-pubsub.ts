import { Construct } from 'constructs'

import { WebPubsub } from '#azurerm/web-pubsub'
import { WebPubsubHub } from '#azurerm/web-pubsub-hub'

import { webPubSubHub } from '../names.ts'
import type { Environment } from './environments.ts'
import { nameOf } from './naming.ts'
import type { Observability } from './observability.ts'
import type { Place } from './place.ts'
import { grant, type Grantee } from './roles.ts'

/**
 * Any audience would do that every tenant knows, since the app looks at whose the token is: it takes those of this service's own identity
 * alone, which has no right anywhere. So nobody need register an app for it.
 */
const eventAudience = 'https://webpubsub.azure.com'

/** Sockets to browsers; the twin of `infra/local/web-pubsub`. Keys are off: the app signs nothing, and asks the service for each client's token. */
export class WebPubSub extends Construct {
  readonly endpoint: string
  readonly #service: WebPubsub

  constructor(scope: Construct, id: string, place: Place, environment: Environment, observability: Observability) {
    super(scope, id)
    const { sku, units } = environment.webPubSub
    this.#service = new WebPubsub(this, 'service', {
      ...place,
      name: nameOf('webPubSub', environment),
      sku,
      capacity: units,
      localAuthEnabled: false,
      aadAuthEnabled: true,
      identity: { type: 'SystemAssigned' },
    })
    observability.diagnose(this, this.#service.id, { logs: ['ConnectivityLogs'] })
    this.endpoint = `https://${this.#service.hostname}`
  }

  get id(): string {
    return this.#service.id
  }

  /** By which the app knows an event to be from this service and from nobody else. */
  eventSettings(tenantId: string): Record<string, string> {
    return {
      WEB_PUBSUB_EVENTS__audience: eventAudience,
      WEB_PUBSUB_EVENTS__tenantId: tenantId,
      WEB_PUBSUB_EVENTS__principalId: this.#service.identity.principalId,
    }
  }

  /** The hub comes after the app, which its events go to. */
  addHub(appUrl: string): void {
    new WebPubsubHub(this, 'hub', {
      name: webPubSubHub,
      webPubsubId: this.#service.id,
      anonymousConnectionsEnabled: false,
      eventHandler: [
        {
          urlTemplate: `${appUrl}/api/webpubsub/{hub}/{event}`,
          systemEvents: ['connected', 'disconnected'],
          // Named for an identity, and yet the audience of its tokens.
          auth: { managedIdentityId: eventAudience },
        },
      ],
    })
  }

  grantOwn(grantee: Grantee) {
    return grant(this, this.#service, 'webPubSubServiceOwner', grantee)
  }
}
