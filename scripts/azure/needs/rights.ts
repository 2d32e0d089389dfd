import type { Environment } from '../../../infra/azure/environments.ts'
import { nameOf } from '../../../infra/azure/naming.ts'
import type { Cloud } from '../cloud/cloud.ts'
import { missingRights, permissionsOn } from '../cloud/rights.ts'

/** What Terraform will do here that Contributor alone may not. */
const make = ['Microsoft.Resources/subscriptions/resourceGroups/write', 'Microsoft.Web/sites/write']
const grant = ['Microsoft.Authorization/roleAssignments/write']
const lock = ['Microsoft.Authorization/locks/write']

/** Rights on the group do as well as rights on the subscription, where the group is there already. Where nobody tells, nothing is said to lack. */
export async function rightsLack(cloud: Cloud, subscriptionId: string, environment: Environment): Promise<string[]> {
  const subscription = `/subscriptions/${subscriptionId}`
  const group = nameOf('resourceGroup', environment)
  const held =
    (await permissionsOn(cloud, `${subscription}/resourceGroups/${group}`)) ?? (await permissionsOn(cloud, subscription))
  if (held === undefined) {
    cloud.say('  rights could not be looked up')
    return []
  }
  const lacks: string[] = []
  const where = `on ${group}, or on the subscription`
  if (missingRights(held, make).length > 0) lacks.push(`Contributor ${where}: ${missingRights(held, make).join(', ')}`)
  if (missingRights(held, grant).length > 0)
    lacks.push(`Role Based Access Control Administrator ${where}: the app's identity is given its roles (${grant.join(', ')})`)
  if (environment.protect && missingRights(held, lock).length > 0)
    lacks.push(`Owner ${where}: ${environment.name} is protected by locks (${lock.join(', ')})`)
  return lacks
}
