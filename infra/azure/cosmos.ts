import { Construct } from 'constructs'

import { CosmosdbAccount } from '#azurerm/cosmosdb-account'
import { CosmosdbSqlContainer } from '#azurerm/cosmosdb-sql-container'
import { CosmosdbSqlDatabase } from '#azurerm/cosmosdb-sql-database'
import { CosmosdbSqlRoleAssignment } from '#azurerm/cosmosdb-sql-role-assignment'
import { CosmosdbSqlRoleDefinition } from '#azurerm/cosmosdb-sql-role-definition'

import { containers, database } from '../names.ts'
import type { Environment } from './environments.ts'
import { nameOf } from './naming.ts'
import type { Observability } from './observability.ts'
import type { Place } from './place.ts'
import type { Grantee } from './roles.ts'

const readAndWrite = '00000000-0000-0000-0000-000000000002'

/** The database and containers of `names.ts`; the twin of `infra/local/cosmos`. Its data plane knows Entra identities alone. */
export class Cosmos extends Construct {
  readonly endpoint: string
  readonly #account: CosmosdbAccount
  readonly #place: Place

  constructor(scope: Construct, id: string, place: Place, environment: Environment, observability: Observability) {
    super(scope, id)
    this.#place = place
    const { cosmos } = environment
    this.#account = new CosmosdbAccount(this, 'account', {
      ...place,
      name: nameOf('cosmos', environment),
      kind: 'GlobalDocumentDB',
      offerType: 'Standard',
      consistencyPolicy: { consistencyLevel: 'Session' },
      geoLocation: [{ location: place.location, failoverPriority: 0 }],
      ...(cosmos.kind === 'serverless' ? { capabilities: [{ name: 'EnableServerless' }] } : {}),
      localAuthenticationDisabled: true,
      accessKeyMetadataWritesEnabled: false,
      minimalTlsVersion: 'Tls12',
      // Mirroring to Fabric, the way into Power BI, asks for continuous backup.
      backup: { type: 'Continuous', tier: environment.protect ? 'Continuous30Days' : 'Continuous7Days' },
    })
    const own = { accountName: this.#account.name, resourceGroupName: place.resourceGroupName }
    const odds = new CosmosdbSqlDatabase(this, 'database', {
      ...own,
      name: database,
      ...(cosmos.kind === 'autoscale' ? { autoscaleSettings: { maxThroughput: cosmos.maxThroughput } } : {}),
    })
    for (const [name, { partitionKey, defaultTtlSeconds, indexedPaths }] of Object.entries(containers)) {
      new CosmosdbSqlContainer(this, `container-${name}`, {
        ...own,
        name,
        databaseName: odds.name,
        partitionKeyPaths: [partitionKey],
        partitionKeyKind: 'Hash',
        partitionKeyVersion: 2,
        ...(defaultTtlSeconds === undefined ? {} : { defaultTtl: defaultTtlSeconds }),
        indexingPolicy: {
          indexingMode: 'consistent',
          includedPath: indexedPaths.map((path) => ({ path })),
          excludedPath: [{ path: '/*' }],
        },
      })
    }
    observability.diagnose(this, this.#account.id, { logs: ['ControlPlaneRequests'], metrics: 'Requests' })
    this.endpoint = this.#account.endpoint
  }

  get id(): string {
    return this.#account.id
  }

  /**
   * Data, and no right to make or change containers. The scope is the account, which holds this one database: the SDK begins by asking what
   * the account is, and that is refused to a right on a database.
   */
  grantReadAndWrite({ name, principalId }: Grantee) {
    return this.#assign(name, `${this.#account.id}/sqlRoleDefinitions/${readAndWrite}`, principalId)
  }

  /** For people and Power BI: what mirroring reads with, and nothing that writes. */
  grantRead(groupId: string) {
    const definition = new CosmosdbSqlRoleDefinition(this, 'reader-role', {
      accountName: this.#account.name,
      resourceGroupName: this.#place.resourceGroupName,
      name: 'Oddscast reader',
      type: 'CustomRole',
      assignableScopes: [this.#account.id],
      permissions: [
        {
          dataActions: [
            'Microsoft.DocumentDB/databaseAccounts/readMetadata',
            'Microsoft.DocumentDB/databaseAccounts/readAnalytics',
            'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/read',
            'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/executeQuery',
            'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/readChangeFeed',
          ],
        },
      ],
    })
    return this.#assign('readers', definition.id, groupId)
  }

  #assign(id: string, roleDefinitionId: string, principalId: string) {
    return new CosmosdbSqlRoleAssignment(this, `role-${id}`, {
      accountName: this.#account.name,
      resourceGroupName: this.#place.resourceGroupName,
      roleDefinitionId,
      principalId,
      scope: this.#account.id,
    })
  }
}
