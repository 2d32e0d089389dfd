import { createHash } from 'node:crypto'

/** Where Terraform keeps what it made, for all environments of a subscription; each has a file of its own in the container. */
export type StatePlace = { subscriptionId: string; location: string; group: string; account: string; container: string }

/** The account's name is unique in all of Azure, and the same whenever the same subscription asks. */
export const usualAccount = (subscriptionId: string) => `stoddsstate${digest(subscriptionId).slice(0, 10)}`

/** A thing to be made by Azure Resource Manager, the same if it is made again. */
export type Making = { what: string; path: string; apiVersion: string; json: object }

const blobDataContributor = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'

/** In this order. No keys: whoever deploys gets in as who they are, and so needs a right to the data itself. What is overwritten or deleted can be had back. */
export function makings({ subscriptionId, location, group, account, container }: StatePlace, principalId: string): Making[] {
  const groupPath = `/subscriptions/${subscriptionId}/resourceGroups/${group}`
  const accountPath = `${groupPath}/providers/Microsoft.Storage/storageAccounts/${account}`
  const blobs = `${accountPath}/blobServices/default`
  const tags = { application: 'oddscast', purpose: 'terraform-state' }
  const assignment = guidOf(`${accountPath} ${principalId}`)
  const storage = { apiVersion: '2023-05-01' }
  return [
    { what: `group ${group}`, path: groupPath, apiVersion: '2021-04-01', json: { location, tags } },
    {
      ...storage,
      what: `storage account ${account}`,
      path: accountPath,
      json: {
        location,
        tags,
        kind: 'StorageV2',
        sku: { name: 'Standard_LRS' },
        properties: {
          allowSharedKeyAccess: false,
          defaultToOAuthAuthentication: true,
          allowBlobPublicAccess: false,
          allowCrossTenantReplication: false,
          supportsHttpsTrafficOnly: true,
          minimumTlsVersion: 'TLS1_2',
        },
      },
    },
    {
      ...storage,
      what: 'versions and deleted files, kept for 30 days',
      path: blobs,
      json: {
        properties: {
          isVersioningEnabled: true,
          deleteRetentionPolicy: { enabled: true, days: 30 },
          containerDeleteRetentionPolicy: { enabled: true, days: 30 },
        },
      },
    },
    { ...storage, what: `container ${container}`, path: `${blobs}/containers/${container}`, json: { properties: {} } },
    {
      what: 'your right to read and write it',
      path: `${accountPath}/providers/Microsoft.Authorization/roleAssignments/${assignment}`,
      apiVersion: '2022-04-01',
      json: {
        properties: {
          roleDefinitionId: `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${blobDataContributor}`,
          principalId,
        },
      },
    },
  ]
}

/** What is set so that Terraform finds it. */
export const exportsOf = ({ group, account, container }: StatePlace): string[] => [
  `export TF_STATE_RESOURCE_GROUP=${group}`,
  `export TF_STATE_STORAGE_ACCOUNT=${account}`,
  `export TF_STATE_CONTAINER=${container}`,
]

const digest = (text: string) => createHash('sha256').update(text).digest('hex')

/** In the form of one, and the same for the same text. */
function guidOf(text: string): string {
  const hex = digest(text)
  return [hex.slice(0, 8), hex.slice(8, 12), `5${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-')
}
