import type { Environment } from '../../../infra/azure/environments.ts'
import { nameOf } from '../../../infra/azure/naming.ts'
import { approvalLacks } from '../approval.ts'
import { cdktf } from '../cdktf.ts'
import { readyFor } from '../needs/needs.ts'
import type { World } from '../world.ts'

export type DestroyWorld = World & { typed: (question: string, word: string) => Promise<boolean> }

export async function destroy(
  environment: Environment,
  { yes, dryRun }: { yes: boolean; dryRun: boolean },
  world: DestroyWorld,
): Promise<void> {
  const { cloud, env, outDir } = world
  const { name } = environment
  if (environment.protect)
    throw new Error(
      `${name} is protected. Set protect to false in infra/azure/environments/${name}.json, deploy that, and come again`,
    )
  const ready = await readyFor(environment, cloud, env, world.today, dryRun ? [] : approvalLacks(yes, world.isTerminal))
  const group = nameOf('resourceGroup', environment)
  cloud.say(`${group} in subscription ${ready.subscriptionId}, with every tick that it keeps`)
  if (dryRun) return cloud.say('would be taken down. Nothing was changed.')
  if (!yes && !(await world.typed(`Type ${name} to take it down: `, name))) return cloud.say('Nothing was changed.')
  await cdktf('destroy', ['--auto-approve'], { environment: name, ready, env, outDir })
}
