/** What a script needs of Azure, so that in a test all of it is on this machine. */
export type Cloud = {
  endpoints: Endpoints
  tokens: Tokens
  pause: (ms: number) => Promise<void>
  say: (line: string) => void
}

/** A token for a scope, as in `https://management.azure.com/.default`. It goes into a header, and nowhere else. */
export type Tokens = (scope: string) => Promise<string>

/** Where Azure's own services are. Those of a deployment are in its outputs. */
export type Endpoints = {
  management: string
  /** Of the app at this address, the site that takes its code. */
  scmOf: (appUrl: string) => string
  schemaRegistryOf: (eventHubsNamespace: string) => string
  vaultOf: (name: string) => string
}

export const publicAzure: Endpoints = {
  management: 'https://management.azure.com',
  scmOf: (appUrl) => appUrl.replace(/^https:\/\/([^./]+)\./, 'https://$1.scm.'),
  schemaRegistryOf: (host) => `https://${host}`,
  vaultOf: (name) => `https://${name}.vault.azure.net`,
}

export const scopes = {
  management: 'https://management.azure.com/.default',
  eventHubs: 'https://eventhubs.azure.net/.default',
  storage: 'https://storage.azure.com/.default',
  vault: 'https://vault.azure.net/.default',
} as const
