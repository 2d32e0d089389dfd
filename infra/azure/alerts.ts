import { Construct } from 'constructs'

import { MonitorActionGroup } from '#azurerm/monitor-action-group'
import { MonitorScheduledQueryRulesAlertV2 } from '#azurerm/monitor-scheduled-query-rules-alert-v2'

import type { Environment } from './environments.ts'
import { nameOf } from './naming.ts'
import type { Observability } from './observability.ts'
import type { Place } from './place.ts'
import { alertRules } from './alert-rules.ts'

/** Mail to whoever runs it, when one of the rules of `alert-rules.ts` is broken. Without an address there is nobody to tell, and no rule. */
export class Alerts extends Construct {
  constructor(scope: Construct, id: string, place: Place, environment: Environment, observability: Observability) {
    super(scope, id)
    const { emails } = environment.alerts
    if (emails.length === 0) return
    const group = new MonitorActionGroup(this, 'people', {
      name: nameOf('actionGroup', environment),
      resourceGroupName: place.resourceGroupName,
      shortName: nameOf('actionGroupShort', environment),
      emailReceiver: emails.map((emailAddress, i) => ({ name: `person-${i + 1}`, emailAddress, useCommonAlertSchema: true })),
      tags: place.tags,
    })
    for (const rule of alertRules) {
      new MonitorScheduledQueryRulesAlertV2(this, rule.name, {
        ...place,
        name: `oddscast-${environment.name}-${rule.name}`,
        displayName: rule.title,
        description: rule.whatToDo,
        scopes: [observability.workspaceId],
        severity: rule.severity,
        evaluationFrequency: rule.every,
        windowDuration: rule.window,
        criteria: [
          {
            query: rule.query,
            timeAggregationMethod: 'Count',
            operator: rule.fires === 'when there is none' ? 'LessThan' : 'GreaterThan',
            threshold: rule.fires === 'when there is none' ? 1 : 0,
            failingPeriods: { minimumFailingPeriodsToTriggerAlert: rule.periods, numberOfEvaluationPeriods: rule.periods },
          },
        ],
        autoMitigationEnabled: true,
        // A new workspace has no table before the first line is written into it.
        skipQueryValidation: true,
        action: { actionGroups: [group.id] },
      })
    }
  }
}
