import { Construct } from 'constructs'

import { WebPubsub } from '#azurerm/web-pubsub'
import { WebPubsubHub } from '#azurerm/web-pubsub-hub'

import { webPubSubHub } from '../names.ts'
import type { Environment } from './environments.ts'
import { nameOf } from './naming.ts'
import type { Observability } from './observability.ts'
import type { Place } from './place.ts'
import { grant, type Grantee } from './roles.ts'

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

  /** The hub comes after the app, whose address its events go to. */
  addHub(eventsUrl: string | undefined, audience: string): void {
    new WebPubsubHub(this, 'hub', {
      name: webPubSubHub,
      webPubsubId: this.#service.id,
      anonymousConnectionsEnabled: false,
      ...(eventsUrl === undefined
        ? {}
        : {
            eventHandler: [
              { urlTemplate: eventsUrl, systemEvents: ['connected', 'disconnected'], auth: { managedIdentityId: audience } },
            ],
          }),
    })
  }

  grantOwn(grantee: Grantee) {
    return grant(this, this.#service, 'webPubSubServiceOwner', grantee)
  }
}
