import type { TokenCredential } from '@azure/identity'

import type { Tokens } from './cloud.ts'

type Env = Readonly<Record<string, string | undefined>>

const beforeEndMs = 5 * 60_000

/**
 * As whoever is signed in with `az login`, which is how Terraform asks, too; where the environment names another identity (a service
 * principal, a workload), as that one. Each token is asked for once: the Azure CLI takes a second to start.
 */
export async function tokensOf(env: Env): Promise<Tokens> {
  const credential = await credentialOf(env)
  const held = new Map<string, { token: string; untilMs: number }>()
  return async (scope) => {
    const known = held.get(scope)
    if (known !== undefined && known.untilMs > Date.now()) return known.token
    const { token, expiresOnTimestamp } = (await credential.getToken(scope)) ?? { token: '', expiresOnTimestamp: 0 }
    held.set(scope, { token, untilMs: expiresOnTimestamp - beforeEndMs })
    return token
  }
}

async function credentialOf(env: Env): Promise<TokenCredential> {
  const { AzureCliCredential, DefaultAzureCredential } = await import('@azure/identity')
  return env['AZURE_CLIENT_ID'] ? new DefaultAzureCredential() : new AzureCliCredential({ processTimeoutInMs: 30_000 })
}

/** The object id of whoever a token is for, which is who gets the rights. */
export function principalIn(token: string): string | undefined {
  try {
    const { oid } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { oid?: unknown }
    return typeof oid === 'string' ? oid : undefined
  } catch {
    return undefined
  }
}
