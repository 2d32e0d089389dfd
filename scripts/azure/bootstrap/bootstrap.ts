import { approvalLacks } from '../approval.ts'
import { arm } from '../cloud/arm.ts'
import { missingRights, permissionsOn } from '../cloud/rights.ts'
import { NeedsError } from '../needs/needs.ts'
import { signIn } from '../needs/signed-in.ts'
import type { World } from '../world.ts'
import { exportsOf, makings, type StatePlace, usualAccount } from './state-place.ts'

export type BootstrapOptions = {
  location: string
  group: string
  account: string | undefined
  container: string
  yes: boolean
  dryRun: boolean
}
export type BootstrapWorld = World & { typed: (question: string, word: string) => Promise<boolean> }

const neededActions = [
  'Microsoft.Resources/subscriptions/resourceGroups/write',
  'Microsoft.Storage/storageAccounts/write',
  'Microsoft.Authorization/roleAssignments/write',
]
/** Of a role that somebody has already. */
const alreadyThere = 409

/** Makes the place of the state, or finds it made. */
export async function bootstrap(options: BootstrapOptions, world: BootstrapWorld): Promise<void> {
  const { cloud } = world
  const signedIn = await signIn(world.env, cloud.tokens)
  const approval = approvalLacks(options.yes || options.dryRun, world.isTerminal)
  if ('lacks' in signedIn) throw new NeedsError([...approval, ...signedIn.lacks])
  const { subscriptionId, principalId } = signedIn
  const held = await permissionsOn(cloud, `/subscriptions/${subscriptionId}`)
  const rights = held === undefined ? [] : missingRights(held, neededActions)
  const lacks = [
    ...approval,
    ...rights.map(
      (action) =>
        `The right ${action} on subscription ${subscriptionId}: Contributor and Role Based Access Control Administrator have it`,
    ),
    ...(principalId === undefined ? ['Somebody with an object id: the token that az gives names nobody'] : []),
  ]
  if (lacks.length > 0 || principalId === undefined) throw new NeedsError(lacks)
  const place: StatePlace = { ...options, subscriptionId, account: options.account ?? usualAccount(subscriptionId) }
  const all = makings(place, principalId)
  cloud.say(`In subscription ${subscriptionId}, ${place.location}:`)
  for (const { what } of all) cloud.say(`  ${what}`)
  if (options.dryRun) return cloud.say('Nothing was made.')
  if (!options.yes && !(await world.typed('Type yes to make it: ', 'yes'))) return cloud.say('Nothing was made.')
  for (const { what, ...making } of all) {
    const isRole = making.path.includes('/roleAssignments/')
    await arm(cloud, { what, method: 'PUT', ...making, ...(isRole ? { takes: [alreadyThere] } : {}) })
    cloud.say(`  ✓ ${what}`)
  }
  cloud.say(`\nBefore npm run deploy, diff or destroy, wherever they run:\n\n${exportsOf(place).join('\n')}`)
}
