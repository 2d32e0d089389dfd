import type { Environment } from '../../../infra/azure/environments.ts'
import { nameOf } from '../../../infra/azure/naming.ts'
import { budgetProblem } from '../../../infra/azure/rules.ts'
import { arm } from '../cloud/arm.ts'
import type { Cloud } from '../cloud/cloud.ts'
import { unchangedSuffix } from '../environment.ts'

export function suffixLacks({ name, suffix }: Environment): string[] {
  if (suffix !== unchangedSuffix) return []
  return [
    `A suffix of your own in infra/azure/environments/${name}.json: names with "${unchangedSuffix}" are unique in all of Azure, and taken`,
  ]
}

/** Azure refuses a budget that begins in the past, but only when it is made. */
export async function budgetLacks(
  cloud: Cloud,
  subscriptionId: string,
  environment: Environment,
  today: Date,
): Promise<string[]> {
  const { emails, budgetFrom } = environment.alerts
  const problem = emails.length === 0 ? undefined : budgetProblem(budgetFrom, today)
  if (problem === undefined) return []
  const group = `/subscriptions/${subscriptionId}/resourceGroups/${nameOf('resourceGroup', environment)}`
  const path = `${group}/providers/Microsoft.Consumption/budgets/${nameOf('budget', environment)}`
  const { status } = await arm(cloud, { what: 'budget', method: 'GET', path, apiVersion: '2023-05-01', takes: [400, 403, 404] })
  return status === 200 ? [] : [`A month to come in infra/azure/environments/${environment.name}.json: ${problem}`]
}
