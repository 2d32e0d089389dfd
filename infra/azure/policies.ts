import type { IConstruct } from 'constructs'

import { Annotations, type IAspect, TerraformOutput, TerraformResource } from '#cdk'

import { looksSecret } from './looks-secret.ts'

/**
 * What must hold of every resource, whoever adds it: no way in by key, TLS 1.2, HTTPS alone, no public blob, tags, logs of all that has any.
 * A breach is an error of the synthesis, so nothing that breaks one is ever planned.
 */
export class Policies implements IAspect {
  readonly #tags: readonly string[]

  constructor(tags: readonly string[]) {
    this.#tags = tags
  }

  visit(node: IConstruct): void {
    if (node instanceof TerraformOutput && !node.sensitive && looksSecret(node.friendlyUniqueId, String(node.value)))
      Annotations.of(node).addError('this output looks like a secret, and is shown')
    if (!(node instanceof TerraformResource)) return
    const { terraformResourceType: type } = node
    const attributes = attributesOf(node)
    for (const [path, allowed, why] of required[type] ?? []) {
      const value = at(attributes, path)
      if (!allowed.includes(value)) {
        Annotations.of(node).addError(`${path} is ${JSON.stringify(value)}: ${why}`)
      }
    }
    const tags = (attributes['tags'] as Record<string, unknown> | undefined) ?? {}
    const missing = this.#tags.filter((name) => tags[name] === undefined)
    if (taggable.has(type) && missing.length > 0) Annotations.of(node).addError(`tags are missing: ${missing.join(', ')}`)
    for (const [name, value] of settingsOf(type, attributes)) {
      if (looksSecret(name, value))
        Annotations.of(node).addError(`the setting ${name} looks like a secret: keep it in the Key Vault`)
    }
  }
}

/** What an app is told, whatever it runs on. */
function settingsOf(type: string, attributes: Record<string, unknown>): [name: string, value: string][] {
  if (type === 'azurerm_function_app_flex_consumption')
    return Object.entries((attributes['app_settings'] as Record<string, unknown> | undefined) ?? {}).map(([name, value]) => [
      name,
      String(value),
    ])
  if (type !== 'azurerm_container_app') return []
  const { container = [] } = (attributes['template'] ?? {}) as { container?: { env?: { name: string; value?: string }[] }[] }
  return container.flatMap(({ env = [] }) => env.map(({ name, value = '' }): [string, string] => [name, value]))
}

/** The attributes as Terraform will read them. */
function attributesOf(resource: TerraformResource): Record<string, unknown> {
  const { resource: types = {} } = resource.toTerraform() as {
    resource?: Record<string, Record<string, Record<string, unknown>>>
  }
  const [named = {}] = Object.values(types)
  const [attributes = {}] = Object.values(named)
  return attributes
}

const at = (attributes: Record<string, unknown>, path: string): unknown =>
  path.split('.').reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], attributes)

type Rule = readonly [path: string, allowed: readonly unknown[], why: string]
const keysOff = 'keys must be off, so that identities alone get in'
const tls = 'TLS 1.2 is the least'
const required: Readonly<Record<string, readonly Rule[]>> = {
  azurerm_storage_account: [
    ['shared_access_key_enabled', [false], keysOff],
    ['allow_nested_items_to_be_public', [false], 'no blob may be public'],
    ['https_traffic_only_enabled', [true], 'HTTPS alone'],
    ['min_tls_version', ['TLS1_2'], tls],
  ],
  azurerm_storage_container: [['container_access_type', ['private'], 'no blob may be public']],
  azurerm_eventhub_namespace: [
    ['local_authentication_enabled', [false], keysOff],
    ['minimum_tls_version', ['1.2'], tls],
  ],
  azurerm_cosmosdb_account: [
    ['local_authentication_disabled', [true], keysOff],
    ['minimal_tls_version', ['Tls12'], tls],
    ['access_key_metadata_writes_enabled', [false], keysOff],
  ],
  azurerm_web_pubsub: [
    ['local_auth_enabled', [false], keysOff],
    ['aad_auth_enabled', [true], 'the app comes in by identity'],
  ],
  azurerm_web_pubsub_hub: [['anonymous_connections_enabled', [false], 'a browser needs a token of ours']],
  azurerm_log_analytics_workspace: [['local_authentication_enabled', [false], keysOff]],
  azurerm_application_insights: [['local_authentication_disabled', [true], keysOff]],
  azurerm_key_vault: [['rbac_authorization_enabled', [true], 'rights come from roles']],
  azurerm_container_app_environment: [['logs_destination', ['azure-monitor'], 'the other ways to the workspace take its key']],
  azurerm_container_app: [['ingress', [undefined], 'nobody has anything to ask of a worker']],
  azurerm_function_app_flex_consumption: [
    ['https_only', [true], 'HTTPS alone'],
    ['site_config.minimum_tls_version', ['1.2'], tls],
    ['webdeploy_publish_basic_authentication_enabled', [false], keysOff],
  ],
}

const taggable = new Set([
  'azurerm_resource_group',
  'azurerm_storage_account',
  'azurerm_eventhub_namespace',
  'azurerm_cosmosdb_account',
  'azurerm_web_pubsub',
  'azurerm_log_analytics_workspace',
  'azurerm_application_insights',
  'azurerm_key_vault',
  'azurerm_service_plan',
  'azurerm_function_app_flex_consumption',
  'azurerm_user_assigned_identity',
  'azurerm_container_app_environment',
  'azurerm_container_app',
  'azurerm_application_insights_workbook',
  'azurerm_monitor_action_group',
  'azurerm_monitor_scheduled_query_rules_alert_v2',
])
