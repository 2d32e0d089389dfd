import { Construct } from 'constructs'

import { Eventhub } from '#azurerm/eventhub'
import { EventhubConsumerGroup } from '#azurerm/eventhub-consumer-group'
import { EventhubNamespace } from '#azurerm/eventhub-namespace'
import { EventhubNamespaceSchemaGroup } from '#azurerm/eventhub-namespace-schema-group'

import { consumerGroups, topics } from '../names.ts'
import type { Environment } from './environments.ts'
import { nameOf } from './naming.ts'
import type { Observability } from './observability.ts'
import type { Place } from './place.ts'
import { grant, type Grantee } from './roles.ts'

/** The hubs and consumer groups of `names.ts`, one hub a topic; the twin of `infra/local/event-hubs`. */
export class EventHubs extends Construct {
  readonly host: string
  readonly schemaGroup: string
  readonly #namespace: EventhubNamespace

  constructor(scope: Construct, id: string, place: Place, environment: Environment, observability: Observability) {
    super(scope, id)
    const { capacityUnits, maxCapacityUnits, retentionHours } = environment.eventHubs
    const inflates = maxCapacityUnits > capacityUnits
    this.#namespace = new EventhubNamespace(this, 'namespace', {
      ...place,
      name: nameOf('eventHubs', environment),
      // Basic has one consumer group and 256 KB messages: too few and too small.
      sku: 'Standard',
      capacity: capacityUnits,
      autoInflateEnabled: inflates,
      ...(inflates ? { maximumThroughputUnits: maxCapacityUnits } : {}),
      localAuthenticationEnabled: false,
      minimumTlsVersion: '1.2',
    })
    for (const [topic, { hub, partitions }] of Object.entries(topics)) {
      const eventhub = new Eventhub(this, `hub-${topic}`, {
        name: hub,
        namespaceId: this.#namespace.id,
        partitionCount: partitions,
        retentionDescription: { cleanupPolicy: 'Delete', retentionTimeInHours: retentionHours },
      })
      for (const group of Object.values(consumerGroups)) {
        new EventhubConsumerGroup(this, `hub-${topic}-${group}`, {
          name: group,
          eventhubName: eventhub.name,
          namespaceName: this.#namespace.name,
          resourceGroupName: place.resourceGroupName,
        })
      }
    }
    const schemas = new EventhubNamespaceSchemaGroup(this, 'schemas', {
      name: nameOf('schemaGroup', environment),
      namespaceId: this.#namespace.id,
      schemaType: 'Json',
      // For JSON the service compares no versions; a test of ours does.
      schemaCompatibility: 'None',
    })
    this.schemaGroup = schemas.name
    observability.diagnose(this, this.#namespace.id, { logs: 'all' })
    this.host = `${this.#namespace.name}.servicebus.windows.net`
  }

  get id(): string {
    return this.#namespace.id
  }

  grantSend(grantee: Grantee) {
    return grant(this, this.#namespace, 'eventHubsDataSender', grantee)
  }

  /** Schemas are no resources of Azure Resource Manager: `npm run deploy` registers them, and whoever runs it needs this. */
  grantRegisterSchemas(grantee: Grantee) {
    return grant(this, this.#namespace, 'schemaRegistryContributor', grantee)
  }

  grantReceive(grantee: Grantee) {
    return grant(this, this.#namespace, 'eventHubsDataReceiver', grantee)
  }
}
