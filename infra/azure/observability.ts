import { Construct } from 'constructs'

import { ApplicationInsights } from '#azurerm/application-insights'
import { LogAnalyticsWorkspace } from '#azurerm/log-analytics-workspace'
import { MonitorDiagnosticSetting } from '#azurerm/monitor-diagnostic-setting'

import { type Environment } from './environments.ts'
import { nameOf } from './naming.ts'
import type { Place } from './place.ts'
import { grant, type Grantee } from './roles.ts'

/** `metrics`: most services call theirs `AllMetrics`, some by names of their own. */
export type Diagnostics = { logs: 'all' | 'none' | readonly string[]; metrics?: string }

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

  /**
   * What a service says of itself, into the workspace. Not all of it: a line a request, a message or a checkpoint would cost more than the
   * service, and use up the day's quota, after which no alert sees anything.
   */
  diagnose(scope: Construct, targetResourceId: string, { logs, metrics = 'AllMetrics' }: Diagnostics): void {
    new MonitorDiagnosticSetting(scope, 'diagnostics', {
      name: 'to-workspace',
      targetResourceId,
      logAnalyticsWorkspaceId: this.workspaceId,
      ...(logs === 'none'
        ? {}
        : { enabledLog: logs === 'all' ? [{ categoryGroup: 'allLogs' }] : logs.map((category) => ({ category })) }),
      enabledMetric: [{ category: metrics }],
    })
  }
}
