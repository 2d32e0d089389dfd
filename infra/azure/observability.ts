import { Construct } from 'constructs'

import { ApplicationInsights } from '#azurerm/application-insights'
import { LogAnalyticsWorkspace } from '#azurerm/log-analytics-workspace'
import { MonitorDiagnosticSetting } from '#azurerm/monitor-diagnostic-setting'

import { type Environment } from './environments.ts'
import { nameOf } from './naming.ts'
import type { Place } from './place.ts'
import { grant, type Grantee } from './roles.ts'

/** One workspace that everything reports to: the app's traces and logs, and what the services say of themselves. */
export class Observability extends Construct {
  readonly workspaceId: string
  readonly insightsId: string
  readonly connectionString: string
  readonly #insights: ApplicationInsights

  constructor(scope: Construct, id: string, place: Place, environment: Environment) {
    super(scope, id)
    const { retentionDays, dailyQuotaGb } = environment.logs
    const workspace = new LogAnalyticsWorkspace(this, 'workspace', {
      ...place,
      name: nameOf('logs', environment),
      sku: 'PerGB2018',
      retentionInDays: retentionDays,
      dailyQuotaGb,
      localAuthenticationEnabled: false,
    })
    this.#insights = new ApplicationInsights(this, 'insights', {
      ...place,
      name: nameOf('insights', environment),
      applicationType: 'web',
      workspaceId: workspace.id,
      localAuthenticationDisabled: true,
      dailyDataCapInGb: dailyQuotaGb,
    })
    this.workspaceId = workspace.id
    this.insightsId = this.#insights.id
    this.connectionString = this.#insights.connectionString
  }

  grantPublish(grantee: Grantee) {
    return grant(this, this.#insights, 'monitoringMetricsPublisher', grantee)
  }

  /** All logs and metrics that a service has, into the workspace. */
  diagnose(scope: Construct, targetResourceId: string): void {
    new MonitorDiagnosticSetting(scope, 'diagnostics', {
      name: 'to-workspace',
      targetResourceId,
      logAnalyticsWorkspaceId: this.workspaceId,
      enabledLog: [{ categoryGroup: 'allLogs' }],
      enabledMetric: [{ category: 'AllMetrics' }],
    })
  }
}
