import type { Construct } from 'constructs'

import { RoleAssignment } from '#azurerm/role-assignment'

/**
 * Roles by id: their names have changed before, and a changed name would replace every assignment. The scope of the definition is the
 * subscription, the form in which the service gives it back.
 */
export const roles = {
  storageBlobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b',
  storageQueueDataContributor: '974c5e8b-45b9-4653-ba55-5f855dd0fb88',
  storageTableDataContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3',
  eventHubsDataReceiver: 'a638d3c7-ab3a-418d-83e6-5f17a39d4fde',
  eventHubsDataSender: '2b629674-e913-4c01-ae53-ef4638d8f975',
  webPubSubServiceOwner: '12cf5a90-567b-43ae-8102-96cf46c7d9b4',
  monitoringMetricsPublisher: '3913510d-42f4-4e42-8a64-420c390055eb',
  keyVaultSecretsUser: '4633458b-17de-408a-b874-0445c86b69e6',
} as const
export type RoleName = keyof typeof roles

/** Who is given a role. `subscriptionId` in the provider's form, `/subscriptions/…`. */
export type Grantee = { principalId: string; subscriptionId: string }

/** The assignment stands beside what it is for: `scope` is the construct that owns the resource. */
export function grant(
  scope: Construct,
  to: { id: string },
  role: RoleName,
  { principalId, subscriptionId }: Grantee,
): RoleAssignment {
  return new RoleAssignment(scope, role, {
    scope: to.id,
    principalId,
    principalType: 'ServicePrincipal',
    roleDefinitionId: `${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${roles[role]}`,
    skipServicePrincipalAadCheck: true,
  })
}
