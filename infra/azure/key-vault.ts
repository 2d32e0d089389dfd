import { Construct } from 'constructs'

import { KeyVault as AzureKeyVault } from '#azurerm/key-vault'

import type { Environment } from './environments.ts'
import { nameOf } from './naming.ts'
import type { Observability } from './observability.ts'
import type { Place } from './place.ts'
import { grant, type Grantee } from './roles.ts'

/**
 * The keys of feeds that want one, and nothing else: every service of ours is reached by identity. The vault is made here, its secrets are
 * put in by hand (`npm run deploy` says how), so that no secret is ever in Terraform's state.
 */
export class KeyVault extends Construct {
  readonly name: string
  readonly #vault: AzureKeyVault

  constructor(
    scope: Construct,
    id: string,
    place: Place,
    environment: Environment,
    tenantId: string,
    observability: Observability,
  ) {
    super(scope, id)
    this.#vault = new AzureKeyVault(this, 'vault', {
      ...place,
      name: nameOf('keyVault', environment),
      tenantId,
      skuName: 'standard',
      rbacAuthorizationEnabled: true,
      purgeProtectionEnabled: environment.protect,
      softDeleteRetentionDays: 7,
    })
    observability.diagnose(this, this.#vault.id, { logs: 'all' })
    this.name = this.#vault.name
  }

  /** What stands in the app's setting; the host reads the secret, and our code sees an ordinary value. */
  reference(setting: string): string {
    return `@Microsoft.KeyVault(SecretUri=${this.#vault.vaultUri}secrets/${secretName(setting)})`
  }

  /** The vault trusts roles alone, so that even who made it may put nothing in without one. */
  grantPutSecrets(deployer: Grantee) {
    return grant(this, this.#vault, 'keyVaultSecretsOfficer', deployer)
  }

  grantReadSecrets(grantee: Grantee) {
    return grant(this, this.#vault, 'keyVaultSecretsUser', grantee)
  }
}

/** A secret's name holds no underscore: `ODDS_API_KEY` → `odds-api-key`. */
export const secretName = (setting: string) => setting.toLowerCase().replaceAll('_', '-')
