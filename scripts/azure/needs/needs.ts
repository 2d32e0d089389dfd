import type { Environment } from '../../../infra/azure/environments.ts'
import type { Cloud } from '../cloud/cloud.ts'
import { howToInstall, isInstalled } from '../installed.ts'
import { budgetLacks, suffixLacks } from './environment.ts'
import { nodeLacks } from './node-version.ts'
import { terraformOn } from './on-path.ts'
import { rightsLack } from './rights.ts'
import { signIn } from './signed-in.ts'

type Env = Readonly<Record<string, string | undefined>>

/** Everything at hand with which an environment can be deployed. */
export type Ready = { terraform: string; subscriptionId: string }

export class NeedsError extends Error {
  readonly lacks: readonly string[]
  constructor(lacks: readonly string[]) {
    super(`Nothing was begun. It lacks:\n${lacks.map((lack) => `  - ${lack}`).join('\n')}`)
    this.name = 'NeedsError'
    this.lacks = lacks
  }
}

/** All that is lacking is told at once, before anything begins; `more` is what the caller misses itself. */
export async function readyFor(
  environment: Environment,
  cloud: Cloud,
  env: Env,
  today: Date,
  more: readonly string[] = [],
): Promise<Ready> {
  const lacks = [...more, ...nodeLacks(process.version), ...suffixLacks(environment)]
  if (!isInstalled()) lacks.push(`The packages of infra/azure: ${howToInstall}`)
  const terraform = terraformOn(env)
  if ('lacks' in terraform) lacks.push(terraform.lacks)
  const signedIn = await signIn(env, cloud.tokens)
  if ('lacks' in signedIn) lacks.push(...signedIn.lacks)
  else {
    const { subscriptionId } = signedIn
    lacks.push(...(await rightsLack(cloud, subscriptionId, environment)))
    lacks.push(...(await budgetLacks(cloud, subscriptionId, environment, today)))
  }
  if (lacks.length > 0 || 'lacks' in terraform || 'lacks' in signedIn) throw new NeedsError(lacks)
  return { terraform: terraform.binary, subscriptionId: signedIn.subscriptionId }
}
