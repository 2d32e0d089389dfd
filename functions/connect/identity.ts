import type { TokenCredential } from '@azure/identity'

/** The app's managed identity in Azure; on a developer's machine, whoever is logged in. Loaded only when asked for: it is slow to load. */
export async function appCredential(clientId: string | undefined): Promise<TokenCredential> {
  const { DefaultAzureCredential, ManagedIdentityCredential } = await import('@azure/identity')
  return clientId === undefined ? new DefaultAzureCredential() : new ManagedIdentityCredential({ clientId })
}
