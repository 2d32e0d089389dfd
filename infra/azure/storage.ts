import { Construct } from 'constructs'

import type { RoleAssignment } from '#azurerm/role-assignment'
import { StorageAccount } from '#azurerm/storage-account'
import { StorageContainer } from '#azurerm/storage-container'

import type { Environment } from './environments.ts'
import { nameOf } from './naming.ts'
import type { Observability } from './observability.ts'
import type { Place } from './place.ts'
import { grant, type Grantee } from './roles.ts'

/** What the Functions host keeps: the deployed package, timers' locks, Event Hubs checkpoints. No keys: identities alone get in. */
export class Storage extends Construct {
  readonly accountName: string
  readonly packagesUrl: string
  readonly #account: StorageAccount

  constructor(scope: Construct, id: string, place: Place, environment: Environment, observability: Observability) {
    super(scope, id)
    this.#account = new StorageAccount(this, 'account', {
      ...place,
      name: nameOf('storage', environment),
      accountTier: 'Standard',
      accountReplicationType: environment.protect ? 'ZRS' : 'LRS',
      sharedAccessKeyEnabled: false,
      defaultToOauthAuthentication: true,
      allowNestedItemsToBePublic: false,
      crossTenantReplicationEnabled: false,
      httpsTrafficOnlyEnabled: true,
      minTlsVersion: 'TLS1_2',
    })
    const packages = new StorageContainer(this, 'packages', {
      name: 'app-packages',
      storageAccountId: this.#account.id,
      containerAccessType: 'private',
    })
    // The account itself logs nothing: its blob service does.
    observability.diagnose(this, `${this.#account.id}/blobServices/default`, { logs: ['StorageDelete'], metrics: 'Transaction' })
    this.accountName = this.#account.name
    this.packagesUrl = `${this.#account.primaryBlobEndpoint}${packages.name}`
  }

  get id(): string {
    return this.#account.id
  }

  /** What the Functions host needs of its own storage: blobs for all it keeps, tables for what it reports of itself; only a blob trigger needs queues. */
  grantHost(grantee: Grantee) {
    return (['storageBlobDataOwner', 'storageTableDataContributor'] as const).map((role) =>
      grant(this, this.#account, role, grantee),
    )
  }

  /** A container into which the deployer puts what `reader` runs. */
  addBundles(name: string, deployer: Grantee, reader: Grantee): { url: string; grants: RoleAssignment[] } {
    const container = new StorageContainer(this, name, {
      name,
      storageAccountId: this.#account.id,
      containerAccessType: 'private',
    })
    const grants = [
      grant(container, container, 'storageBlobDataContributor', deployer),
      grant(container, container, 'storageBlobDataReader', reader),
    ]
    return { url: `${this.#account.primaryBlobEndpoint}${container.name}`, grants }
  }
}
