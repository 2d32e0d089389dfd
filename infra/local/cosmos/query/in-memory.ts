/** Queries over the few databases or containers there are: a filter and a selection, as the SDK and the portal ask. */
import { unsupported } from '../errors.ts'
import type { JsonObject } from '../json.ts'
import { compileExpression, type Parameters } from './evaluate.ts'
import { parseQuery } from './parser.ts'
import { compileProjection } from './projection.ts'

export function queryResources(text: string, parameters: Parameters, resources: readonly JsonObject[]): string[] {
  const { select, where, orderBy, limit, distinct } = parseQuery(text)
  if (select.kind === 'aggregate' || orderBy !== undefined || limit !== undefined || distinct) {
    throw unsupported('anything but SELECT, FROM and WHERE in a query over databases or containers')
  }
  const test = where === undefined ? undefined : compileExpression(where, parameters)
  const project = compileProjection(select, parameters)
  return resources
    .filter((resource) => test === undefined || test(resource) === true)
    .flatMap((resource) => (project === undefined ? JSON.stringify(resource) : (project(resource) ?? [])))
}
