import type { Construct } from 'constructs'

import { RoleAssignment } from '#azurerm/role-assignment'

import { type RoleName, roles } from './role-ids.ts'

/** Who is given a role: an identity of ours, or whoever deploys. `subscriptionId` in the provider's form, `/subscriptions/…`. */
export type Grantee = { name: 'app' | 'app-itself' | 'stream' | 'deployer'; principalId: string; subscriptionId: string }

/** The assignment stands beside what it is for: `scope` is the construct that owns the resource. */
export function grant(
  scope: Construct,
  to: { id: string },
  role: RoleName,
  { name, principalId, subscriptionId }: Grantee,
): RoleAssignment {
  return new RoleAssignment(scope, `${role}-${name}`, {
    scope: to.id,
    principalId,
    roleDefinitionId: `${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${roles[role]}`,
    // A new identity of ours is not known everywhere at once; a deployer may be a person as well.
    ...(name === 'deployer' ? {} : { principalType: 'ServicePrincipal', skipServicePrincipalAadCheck: true }),
  })
}
