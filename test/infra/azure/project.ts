import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

import { polledFeeds } from '../../../functions/collect/feeds.ts'
import { streamedFeeds } from '../../../functions/collect/streams.ts'
import { type Environment, readEnvironment } from '../../../infra/azure/environments.ts'
import type { Resources } from '../../../infra/azure/rules.ts'
import { OddscastStack } from '../../../infra/azure/stack.ts'
import { TerraformOutput, TerraformResource, Testing } from '../../../infra/azure/testing.ts'
import { azureFolder } from '../../../scripts/azure/installed.ts'

export { settingsOfFeeds } from '../../../infra/azure/stack.ts'

/** What Terraform is given for one environment. */
export type Synthesised = {
  resource: Resources
  data: Resources
  output: Record<string, { value: string; sensitive?: boolean }>
  terraform: { backend: Record<string, Record<string, unknown>>; required_providers: Record<string, { version: string }> }
}

/** The environments as they are in the project, by name. */
export const rawEnvironments: Readonly<Record<string, Record<string, unknown>>> = Object.fromEntries(
  readdirSync(path.join(azureFolder, 'environments')).map((file) => [
    path.basename(file, '.json'),
    JSON.parse(readFileSync(path.join(azureFolder, 'environments', file), 'utf8')) as Record<string, unknown>,
  ]),
)

/** Everything that can be switched on, so that nothing goes untested because no environment of ours uses it. */
export const everything: Environment = readEnvironment({
  ...rawEnvironments['prod'],
  name: 'all',
  feeds: { polled: Object.keys(polledFeeds), streamed: Object.keys(streamedFeeds) },
  secrets: ['ODDS_API_KEY', 'BETFAIR_KEY', 'BETFAIR_SESSION'],
  signIn: { clientId: '22222222-2222-4333-8444-555555555555' },
  readersGroupId: '11111111-2222-4333-8444-555555555555',
})

export const environments: readonly Environment[] = [...Object.values(rawEnvironments).map(readEnvironment), everything]

export function stackOf(environment: Environment): OddscastStack {
  return new OddscastStack(Testing.app(), environment, { kind: 'local' })
}

/** With all validations and policies, as in a deployment: a breach of one throws. */
export function synthesise(environment: Environment, change: (stack: OddscastStack) => void = () => undefined): Synthesised {
  const stack = stackOf(environment)
  change(stack)
  const folder = Testing.fullSynth(stack)
  return JSON.parse(readFileSync(path.join(folder, 'stacks', stack.node.id, 'cdk.tf.json'), 'utf8')) as Synthesised
}

const kept = new Map<string, Synthesised>()

/** As `synthesise`, once for all tests: nothing may be changed in it. */
export function synthesised(environment: Environment): Synthesised {
  const known = kept.get(environment.name) ?? synthesise(environment)
  kept.set(environment.name, known)
  return known
}

export function resourcesOf(stack: OddscastStack, type: string): TerraformResource[] {
  return stack.node
    .findAll()
    .filter((node) => node instanceof TerraformResource && node.terraformResourceType === type) as TerraformResource[]
}

export function addOutput(stack: OddscastStack, name: string, value: string, sensitive: boolean): void {
  new TerraformOutput(stack, name, { value, sensitive })
}
