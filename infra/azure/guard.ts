import { Construct } from 'constructs'

import { ConsumptionBudgetResourceGroup } from '#azurerm/consumption-budget-resource-group'
import { ManagementLock } from '#azurerm/management-lock'

import type { Environment } from './environments.ts'
import { nameOf } from './naming.ts'

/** Against surprises: a budget that tells when money runs away, and locks on what holds data. */
export class Guard extends Construct {
  constructor(
    scope: Construct,
    id: string,
    environment: Environment,
    resourceGroupId: string,
    precious: Readonly<Record<string, string>>,
  ) {
    super(scope, id)
    const { emails, monthlyBudget, budgetFrom } = environment.alerts
    if (emails.length > 0) {
      const notification = (threshold: number, thresholdType: 'Actual' | 'Forecasted') => ({
        enabled: true,
        operator: 'GreaterThan',
        threshold,
        thresholdType,
        contactEmails: [...emails],
      })
      new ConsumptionBudgetResourceGroup(this, 'budget', {
        name: nameOf('budget', environment),
        resourceGroupId,
        amount: monthlyBudget,
        timeGrain: 'Monthly',
        timePeriod: { startDate: `${budgetFrom}T00:00:00Z` },
        notification: [notification(80, 'Actual'), notification(100, 'Forecasted')],
        // Azure refuses a start in the past, so an environment that is older than a month would never be planned again.
        lifecycle: { ignoreChanges: ['time_period'] },
      })
    }
    if (!environment.protect) return
    for (const [what, scopeId] of Object.entries(precious)) {
      new ManagementLock(this, `lock-${what}`, {
        name: `keep-${what}`,
        scope: scopeId,
        lockLevel: 'CanNotDelete',
        notes: 'Set protect: false in the environment to take this away',
      })
    }
  }
}
