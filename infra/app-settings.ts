/**
 * What a running app must be told about the services around it. `infra/azure` fills it from resource outputs, `infra/local` from
 * the servers on this machine; both go through here, so that the environment names cannot drift apart.
 */
export type ServiceOutputs =
  | { kind: 'connection-strings'; eventHubs: string; cosmos: string; webPubSub: string }
  | {
      kind: 'identity'
      eventHubsNamespace: string
      cosmosEndpoint: string
      webPubSubEndpoint: string
      managedIdentityClientId: string
    }

export function appSettings(outputs: ServiceOutputs): Record<string, string> {
  if (outputs.kind === 'connection-strings') {
    return { EVENT_HUBS: outputs.eventHubs, COSMOS: outputs.cosmos, WEB_PUBSUB: outputs.webPubSub }
  }
  return {
    EVENT_HUBS__fullyQualifiedNamespace: outputs.eventHubsNamespace,
    COSMOS__accountEndpoint: outputs.cosmosEndpoint,
    WEB_PUBSUB__serviceUri: outputs.webPubSubEndpoint,
    ...managedIdentity('EVENT_HUBS', outputs.managedIdentityClientId),
    ...managedIdentity('COSMOS', outputs.managedIdentityClientId),
    ...managedIdentity('WEB_PUBSUB', outputs.managedIdentityClientId),
  }
}

function managedIdentity(prefix: string, clientId: string): Record<string, string> {
  return { [`${prefix}__credential`]: 'managedidentity', [`${prefix}__clientId`]: clientId }
}
