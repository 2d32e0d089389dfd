import { describe, expect, it } from 'vitest'

import { looksSecret } from '../../../infra/azure/looks-secret.ts'
import { describeAzure } from './describe-azure.ts'

/** A resource, what somebody might set on it, and the words with which the synthesis stops. */
const breaches: readonly [type: string, attribute: string, value: unknown, says: RegExp][] = [
  ['azurerm_storage_account', 'shared_access_key_enabled', true, /keys must be off/],
  ['azurerm_storage_account', 'allow_nested_items_to_be_public', true, /no blob may be public/],
  ['azurerm_storage_account', 'https_traffic_only_enabled', false, /HTTPS alone/],
  ['azurerm_storage_account', 'min_tls_version', 'TLS1_0', /TLS 1.2 is the least/],
  ['azurerm_storage_container', 'container_access_type', 'blob', /no blob may be public/],
  ['azurerm_eventhub_namespace', 'local_authentication_enabled', true, /keys must be off/],
  ['azurerm_eventhub_namespace', 'minimum_tls_version', '1.0', /TLS 1.2 is the least/],
  ['azurerm_cosmosdb_account', 'local_authentication_disabled', false, /keys must be off/],
  ['azurerm_cosmosdb_account', 'minimal_tls_version', 'Tls', /TLS 1.2 is the least/],
  ['azurerm_cosmosdb_account', 'access_key_metadata_writes_enabled', true, /keys must be off/],
  ['azurerm_web_pubsub', 'local_auth_enabled', true, /keys must be off/],
  ['azurerm_web_pubsub', 'aad_auth_enabled', false, /by identity/],
  ['azurerm_web_pubsub_hub', 'anonymous_connections_enabled', true, /a token of ours/],
  ['azurerm_log_analytics_workspace', 'local_authentication_enabled', true, /keys must be off/],
  ['azurerm_application_insights', 'local_authentication_disabled', false, /keys must be off/],
  ['azurerm_key_vault', 'rbac_authorization_enabled', false, /rights come from roles/],
  ['azurerm_function_app_flex_consumption', 'https_only', false, /HTTPS alone/],
  ['azurerm_function_app_flex_consumption', 'site_config.minimum_tls_version', '1.0', /TLS 1.2 is the least/],
  ['azurerm_function_app_flex_consumption', 'webdeploy_publish_basic_authentication_enabled', true, /keys must be off/],
  ['azurerm_function_app_flex_consumption', 'app_settings.KALSHI_KEY', 'abc', /KALSHI_KEY looks like a secret/],
  ['azurerm_container_app_environment', 'logs_destination', 'log-analytics', /take its key/],
  ['azurerm_container_app', 'ingress', { target_port: 80 }, /nobody has anything to ask/],
  [
    'azurerm_container_app',
    'template.container',
    [{ env: [{ name: 'BETFAIR_SESSION', value: 'abc' }] }],
    /BETFAIR_SESSION looks like a secret/,
  ],
  ['azurerm_web_pubsub', 'tags.environment', undefined, /tags are missing: environment/],
  ['azurerm_container_app', 'tags', undefined, /tags are missing/],
]

describeAzure('policies', ({ everything, synthesise, resourcesOf, addOutput }) => {
  it.each(breaches)('stop a synthesis where %s has %s %j', (type, attribute, value, says) => {
    const slip = () =>
      synthesise(everything, (stack) => {
        const [resource] = resourcesOf(stack, type)
        expect(resource).toBeDefined()
        resource?.addOverride(attribute, value)
      })
    expect(slip).toThrow(says)
  })

  it('stop an output that shows a secret', () => {
    const slip = (sensitive: boolean) => () =>
      synthesise(everything, (stack) => addOutput(stack, 'STORAGE_KEY', 'abc', sensitive))
    expect(slip(false)).toThrow(/looks like a secret, and is shown/)
    expect(slip(true)).not.toThrow()
  })
})

describe('what looks like a secret', () => {
  it.each([
    ['ODDS_API_KEY', 'abc'],
    ['BETFAIR_SESSION', 'abc'],
    ['ANYTHING', 'Endpoint=sb://x/;SharedAccessKeyName=a;SharedAccessKey=b'],
    ['ANYTHING', 'AccountEndpoint=https://x/;AccountKey=b;'],
    ['AzureWebJobsStorage', 'DefaultEndpointsProtocol=https;AccountName=x;AccountKey=b'],
  ])('%s with the value %s', (name, value) => expect(looksSecret(name, value)).toBe(true))

  it.each([
    ['ODDS_API_KEY', '@Microsoft.KeyVault(SecretUri=https://kv.vault.azure.net/secrets/odds-api-key)'],
    ['AzureWebJobsStorage', ''],
    ['KALSHI_SCHEDULE', '0 * * * * *'],
    ['EVENT_HUBS__credential', 'managedidentity'],
  ])('not %s with the value "%s"', (name, value) => expect(looksSecret(name, value)).toBe(false))
})
