/**
 * An indexing policy says which paths may be sorted by. Of its included paths, those that name one property (`/type/?`) become
 * columns with SQLite indexes; what only a wildcard covers is sorted in memory, which is why that is bounded.
 */
import { badRequest, unsupported } from './errors.ts'
import { isObject, parsePropertyPath, type Json, type JsonObject } from './json.ts'

export type IndexingPolicy = {
  indexingMode: 'consistent'
  automatic: true
  includedPaths: { path: string }[]
  excludedPaths: { path: string }[]
}

const defaultPolicy: IndexingPolicy = {
  indexingMode: 'consistent',
  automatic: true,
  includedPaths: [{ path: '/*' }],
  excludedPaths: [{ path: '/"_etag"/?' }],
}

/** Paths that have a column of their own, as property names. */
export function keyPaths(policy: IndexingPolicy): string[][] {
  return policy.includedPaths.filter(({ path }) => isSingleProperty(path)).map(({ path }) => parsePropertyPath(path.slice(0, -2)))
}

/** The most specific included or excluded path decides; `id` and `_ts` are indexed always. */
export function isIndexed(policy: IndexingPolicy, path: readonly string[]): boolean {
  if (path.length === 1 && (path[0] === 'id' || path[0] === '_ts')) return true
  return longestMatch(policy.includedPaths, path) > longestMatch(policy.excludedPaths, path)
}

export function parseIndexingPolicy(body: Json | undefined): IndexingPolicy {
  if (body === undefined) return defaultPolicy
  if (!isObject(body)) throw badRequest('indexingPolicy must be an object.')
  for (const [name, value] of Object.entries(body)) {
    if (!isKnown(name, value)) throw unsupported(`indexingPolicy.${name} ${JSON.stringify(value)}`)
  }
  const includedPaths = parsePaths(body, 'includedPaths')
  const excludedPaths = parsePaths(body, 'excludedPaths')
  if (includedPaths.length + excludedPaths.length === 0) return defaultPolicy
  if (![...includedPaths, ...excludedPaths].some(({ path }) => path === '/*')) {
    throw badRequest("The indexing policy must name the root path '/*' as included or as excluded.")
  }
  return { indexingMode: 'consistent', automatic: true, includedPaths, excludedPaths }
}

function isKnown(name: string, value: Json): boolean {
  switch (name) {
    case 'indexingMode':
      return typeof value === 'string' && value.toLowerCase() === 'consistent'
    case 'automatic':
      return value === true
    case 'includedPaths':
    case 'excludedPaths':
      return true
    default:
      return Array.isArray(value) && value.length === 0
  }
}

function parsePaths(policy: JsonObject, name: string): { path: string }[] {
  const list = policy[name] ?? []
  if (!Array.isArray(list)) throw badRequest(`indexingPolicy.${name} must be an array.`)
  return list.map((entry) => {
    const path = isObject(entry) ? entry['path'] : undefined
    if (typeof path !== 'string' || !/^\/(.*\/)?[*?]$/.test(path)) {
      throw badRequest(`indexingPolicy.${name}: every path must be like '/name/?' or '/name/*', not ${JSON.stringify(path)}.`)
    }
    return { path }
  })
}

function isSingleProperty(path: string): boolean {
  return path.endsWith('/?') && !path.includes('/[]')
}

/** How many names of `path` the best of `patterns` spells out, `/?` counting as one more than `/*`; -1 when none fits. */
function longestMatch(patterns: readonly { path: string }[], path: readonly string[]): number {
  let best = -1
  for (const { path: pattern } of patterns) {
    const names = pattern.length <= 2 ? [] : parsePropertyPath(pattern.slice(0, -2))
    const isWhole = pattern.endsWith('?')
    if (isWhole ? names.length !== path.length : names.length > path.length) continue
    if (names.every((name, at) => name === path[at])) best = Math.max(best, names.length * 2 + (isWhole ? 1 : 0))
  }
  return best
}
