import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

import { scopes, type Tokens } from '../cloud/cloud.ts'
import { principalIn } from '../cloud/identity.ts'
import { onPath } from './on-path.ts'

type Env = Readonly<Record<string, string | undefined>>

/** Who asks, and for which subscription. */
export type SignedIn = { subscriptionId: string; principalId: string | undefined }

/** The same subscription goes to Terraform, so that what one script does in two ways is done in one place. */
export async function signIn(env: Env, tokens: Tokens): Promise<SignedIn | { lacks: string[] }> {
  let token: string
  try {
    token = await tokens(scopes.management)
  } catch (error) {
    return { lacks: [whyNot(error, env)] }
  }
  const subscriptionId = env['ARM_SUBSCRIPTION_ID'] || env['AZURE_SUBSCRIPTION_ID'] || (await chosenInCli(env))
  if (subscriptionId === undefined) {
    return { lacks: ['A subscription: az account set --subscription <id>, or ARM_SUBSCRIPTION_ID'] }
  }
  return { subscriptionId, principalId: principalIn(token) }
}

function whyNot(error: unknown, env: Env): string {
  if (!env['AZURE_CLIENT_ID'] && onPath('az', env) === undefined)
    return 'The Azure CLI: https://learn.microsoft.com/cli/azure/install-azure-cli, and then az login'
  const said = error instanceof Error ? error.message.split('\n')[0] : String(error)
  return `Somebody who is signed in: az login (${said})`
}

async function chosenInCli(env: Env): Promise<string | undefined> {
  try {
    // On Windows az is a script, which only a shell starts.
    const shell = process.platform === 'win32'
    const { stdout } = await promisify(execFile)('az', ['account', 'show', '--output', 'json'], { env, shell, timeout: 30_000 })
    const { id } = JSON.parse(stdout) as { id?: unknown }
    return typeof id === 'string' ? id : undefined
  } catch {
    return undefined
  }
}
