import { readdirSync } from 'node:fs'
import path from 'node:path'

import { describe, expect, it } from 'vitest'

import { alertRules } from '../../../infra/azure/alert-rules.ts'
import { query } from '../../../infra/azure/queries.ts'
import { azureFolder } from '../../../scripts/azure/installed.ts'
import { kustoChecker } from './kusto.ts'

/** Of the tables of a workspace, what the queries use, as Azure Monitor's reference has it. */
const tables = {
  AppTraces:
    'TimeGenerated: datetime, Message: string, SeverityLevel: int, Properties: dynamic, OperationName: string, OperationId: string, AppRoleName: string, AppRoleInstance: string, ItemCount: int',
  AppRequests:
    'TimeGenerated: datetime, Name: string, Url: string, Success: bool, ResultCode: string, DurationMs: real, Properties: dynamic, OperationName: string, OperationId: string, AppRoleName: string, AppRoleInstance: string, ItemCount: int',
  AzureMetrics:
    'TimeGenerated: datetime, ResourceProvider: string, Resource: string, ResourceGroup: string, MetricName: string, Total: real, Count: real, Average: real, Maximum: real, Minimum: real, TimeGrain: string, UnitName: string',
  ContainerAppConsoleLogs:
    'TimeGenerated: datetime, Log: string, ContainerAppName: string, ContainerName: string, RevisionName: string, EnvironmentName: string, Stream: string',
  Usage: 'TimeGenerated: datetime, DataType: string, Quantity: real, QuantityUnit: string, IsBillable: bool',
}

const check = kustoChecker(tables)
const names = readdirSync(path.join(azureFolder, 'queries')).map((file) => path.basename(file, '.kql'))

describe.skipIf(check === undefined)(
  'the queries, read by Kusto’s own parser (it comes with npm ci --prefix infra/azure)',
  () => {
    it.each(names)('%s is one, over columns that there are', (name) => {
      expect(check?.(query(name).text)).toEqual([])
    })

    it.each(alertRules.map((rule) => [rule.name, rule.query]))('of the alert %s is one', (_name, text) => {
      expect(check?.(text)).toEqual([])
    })

    it.each([
      ['no query', 'AppTraces | summarise count()', 'Query operator expected'],
      ['a column that is not there', 'AppTraces | where Mesage == ""', "The name 'Mesage' does not refer to any known column"],
      ['a table that is not there', 'Traces | take 1', "The name 'Traces' does not refer to any known table"],
      [
        'a column that was left behind',
        'AppTraces | project Message | where ItemCount > 1',
        "The name 'ItemCount' does not refer",
      ],
      [
        'a function that is none',
        'AppTraces | extend x = parse_jsn(Message)',
        "The name 'parse_jsn' does not refer to any known function",
      ],
      ['a number of text', 'AppTraces | summarize sum(Message)', 'Error: '],
    ])('would not pass if they were %s', (_what, text, complaint) => {
      expect(check?.(text).join('\n')).toContain(complaint)
    })
  },
)

describe('the queries', () => {
  it.each(names)('%s begins with the question that it answers', (name) => {
    expect(query(name).question).toMatch(/^[A-Z].*\?/)
  })

  it.each(names)('%s counts what sampling left out, too', (name) => {
    const counting = [...query(name).text.matchAll(/\b(?:count|sum)\(([^()]*(?:\([^()]*\)[^()]*)*)\)/g)].map(
      ([, what = '']) => what,
    )
    expect(counting.filter((what) => !/ItemCount|refused|Total|Quantity/.test(what))).toEqual([])
  })
})
