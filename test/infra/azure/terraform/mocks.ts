const guid = '11111111-2222-4333-8444-555555555555'
const subscription = `/subscriptions/${guid}`
const group = `${subscription}/resourceGroups/rg`
const cosmos = `${group}/providers/Microsoft.DocumentDB/databaseAccounts/x`
const namespace = `${group}/providers/Microsoft.EventHub/namespaces/x`
const storage = `${group}/providers/Microsoft.Storage/storageAccounts/x`

/**
 * What a provider that only plays its part answers: ids of the shape that Azure Resource Manager gives them, since the real validators, which
 * run all the same, take them apart.
 */
export const mockedResources: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  azurerm_application_insights: { id: `${group}/providers/Microsoft.Insights/components/x` },
  azurerm_application_insights_workbook: { id: `${group}/providers/Microsoft.Insights/workbooks/${guid}` },
  azurerm_consumption_budget_resource_group: { id: `${group}/providers/Microsoft.Consumption/budgets/x` },
  azurerm_container_app: { id: `${group}/providers/Microsoft.App/containerApps/x` },
  azurerm_container_app_environment: { id: `${group}/providers/Microsoft.App/managedEnvironments/x` },
  azurerm_cosmosdb_account: { id: cosmos, endpoint: 'https://x.documents.azure.com:443/' },
  azurerm_cosmosdb_sql_container: { id: `${cosmos}/sqlDatabases/odds/containers/x` },
  azurerm_cosmosdb_sql_database: { id: `${cosmos}/sqlDatabases/odds` },
  azurerm_cosmosdb_sql_role_assignment: { id: `${cosmos}/sqlRoleAssignments/${guid}` },
  azurerm_cosmosdb_sql_role_definition: { id: `${cosmos}/sqlRoleDefinitions/${guid}` },
  azurerm_eventhub: { id: `${namespace}/eventhubs/x` },
  azurerm_eventhub_consumer_group: { id: `${namespace}/eventhubs/x/consumerGroups/x` },
  azurerm_eventhub_namespace: { id: namespace },
  azurerm_eventhub_namespace_schema_group: { id: `${namespace}/schemaGroups/x` },
  azurerm_function_app_flex_consumption: {
    id: `${group}/providers/Microsoft.Web/sites/x`,
    default_hostname: 'x.azurewebsites.net',
  },
  azurerm_key_vault: { id: `${group}/providers/Microsoft.KeyVault/vaults/x`, vault_uri: 'https://x.vault.azure.net/' },
  azurerm_log_analytics_workspace: { id: `${group}/providers/Microsoft.OperationalInsights/workspaces/x` },
  azurerm_management_lock: { id: `${group}/providers/Microsoft.Authorization/locks/x` },
  azurerm_monitor_action_group: { id: `${group}/providers/Microsoft.Insights/actionGroups/x` },
  azurerm_monitor_diagnostic_setting: { id: `${cosmos}|to-workspace` },
  azurerm_monitor_scheduled_query_rules_alert_v2: { id: `${group}/providers/Microsoft.Insights/scheduledQueryRules/x` },
  azurerm_resource_group: { id: group },
  azurerm_role_assignment: { id: `${group}/providers/Microsoft.Authorization/roleAssignments/${guid}` },
  azurerm_service_plan: { id: `${group}/providers/Microsoft.Web/serverFarms/x` },
  azurerm_storage_account: { id: storage, primary_blob_endpoint: 'https://x.blob.core.windows.net/' },
  azurerm_storage_container: { id: `${storage}/blobServices/default/containers/x` },
  azurerm_user_assigned_identity: {
    id: `${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/x`,
    principal_id: guid,
    client_id: guid,
  },
  azurerm_web_pubsub: { id: `${group}/providers/Microsoft.SignalRService/webPubSub/x`, hostname: 'x.webpubsub.azure.com' },
  azurerm_web_pubsub_hub: { id: `${group}/providers/Microsoft.SignalRService/webPubSub/x/hubs/odds` },
}

export const mockedData: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  azurerm_client_config: { tenant_id: guid, object_id: guid, client_id: guid, subscription_id: guid },
  azurerm_subscription: { id: subscription, subscription_id: guid },
}

/** A test of Terraform's own: plan and apply everything with the provider mocked, then look at what comes out. */
export function mockedTest(
  provider: string,
  resources: typeof mockedResources,
  data: typeof mockedData,
  expected: Readonly<Record<string, string>>,
): string {
  const block = (kind: string, type: string, defaults: object) =>
    `  ${kind} "${type}" {\n    defaults = {\n${Object.entries(defaults)
      .map(([name, value]) => `      ${name} = ${JSON.stringify(value)}\n`)
      .join('')}    }\n  }\n`
  const assert = ([name, value]: [string, string]) =>
    `  assert {\n    condition = output.${name} == ${JSON.stringify(value)}\n    error_message = "${name} is \${output.${name}}"\n  }\n`
  return [
    `mock_provider "${provider}" {\n`,
    ...Object.entries(resources).map(([type, defaults]) => block('mock_resource', type, defaults)),
    ...Object.entries(data).map(([type, defaults]) => block('mock_data', type, defaults)),
    `}\n\nrun "all" {\n  command = apply\n`,
    ...Object.entries(expected).map(assert),
    '}\n',
  ].join('')
}
