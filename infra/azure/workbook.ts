import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import path from 'node:path'

import { Construct } from 'constructs'

import { Fn } from '#cdk'
import { ApplicationInsightsWorkbook } from '#azurerm/application-insights-workbook'

import type { Environment } from './environments.ts'
import type { Observability } from './observability.ts'
import type { Place } from './place.ts'
import { query } from './queries.ts'

/** The questions of `queries/`, answered on one page of the portal. */
export class Workbook extends Construct {
  constructor(scope: Construct, id: string, place: Place, environment: Environment, observability: Observability) {
    super(scope, id)
    const names = readdirSync(path.join(import.meta.dirname, 'queries')).map((file) => file.replace(/\.kql$/, ''))
    new ApplicationInsightsWorkbook(this, 'operator', {
      ...place,
      // A workbook's name is a GUID; this one is the same at every deployment of this environment.
      name: guidOf(`oddscast-${environment.name}-${environment.suffix}`),
      displayName: `Oddscast ${environment.name}`,
      sourceId: Fn.lower(observability.insightsId),
      category: 'workbook',
      dataJson: JSON.stringify({
        version: 'Notebook/1.0',
        items: names.sort().map(item),
        fallbackResourceIds: [observability.workspaceId],
      }),
    })
  }
}

function item(name: string) {
  const { question, text } = query(name)
  return {
    type: 3,
    name,
    content: {
      version: 'KqlItem/1.0',
      title: question,
      query: text,
      size: 0,
      timeContext: { durationMs: 86_400_000 },
      queryType: 0,
      resourceType: 'microsoft.operationalinsights/workspaces',
      visualization: text.includes('bin(TimeGenerated') ? 'timechart' : 'table',
    },
  }
}

function guidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
