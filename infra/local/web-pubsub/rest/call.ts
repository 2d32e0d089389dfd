import type { Connection } from '../client/connection.ts'
import { expiresAtMs, isTtl, type Payload } from '../delivery/message.ts'
import type { Filter } from '../filter/filter.ts'
import type { Choice } from '../hub.ts'
import { isGroupName } from '../names.ts'
import { Refusal } from '../refusal.ts'
import type { Service } from '../service.ts'

/** One REST request on a hub, authenticated and matched to its route. */
export type Call = {
  service: Service
  hubName: string
  /** The named parts of the path, percent-decoded. */
  path: Readonly<Record<string, string>>
  query: URLSearchParams
  body: Buffer
  contentType: string
  /** Path and query as they came. */
  target: string
  /** Scheme and host as the caller sees them, for links. */
  origin: string
}

export function groupOf(call: Call): string {
  const group = part(call, 'group')
  if (!isGroupName(group))
    throw new Refusal(400, 'InvalidGroup', 'A group name has 1 to 1024 characters and is not blank.', 'group')
  return group
}

export function part(call: Call, name: string): string {
  const value = call.path[name]
  if (value === undefined) throw new Refusal(400, 'InvalidUrl', `The path lacks its ${name}.`, name)
  return value
}

export function connectionOf(call: Call): Connection {
  const connectionId = part(call, 'connectionId')
  const connection = call.service.hub(call.hubName).connection(connectionId)
  if (connection === undefined) throw new Refusal(404, 'NotFound', `There is no connection '${connectionId}'.`, 'connectionId')
  return connection
}

export function choiceOf(call: Call): Choice {
  const filter = call.query.get('filter')
  return { excluded: new Set(call.query.getAll('excluded')), matches: filter === null ? () => true : filterOf(call, filter) }
}

export function filterOf(call: Call, source: string): Filter {
  const compiled = call.service.compileFilter(source)
  if (compiled.kind === 'unusable') throw new Refusal(400, 'InvalidFilter', compiled.problem, 'filter')
  return compiled.matches
}

export function payloadOf({ contentType, body }: Call): Payload {
  const [mediaType = ''] = contentType.toLowerCase().split(';')
  switch (mediaType.trim()) {
    case 'application/json': {
      const json = utf8(body)
      parseJson(json)
      return { dataType: 'json', json }
    }
    case 'text/plain':
      return { dataType: 'text', text: utf8(body) }
    case 'application/octet-stream':
      return { dataType: 'binary', bytes: body }
    default:
      throw new Refusal(
        415,
        'UnsupportedMediaType',
        `Content-Type '${contentType}' is not supported; use application/json, text/plain or application/octet-stream.`,
        'Content-Type',
      )
  }
}

export function expiryOf({ query, service }: Call): number {
  const given = query.get('messageTtlSeconds')
  const seconds = given === null ? 0 : Number(given.trim() || Number.NaN)
  if (!isTtl(seconds)) {
    throw new Refusal(400, 'InvalidArgument', 'messageTtlSeconds must be an integer from 0 to 300.', 'messageTtlSeconds')
  }
  return expiresAtMs(seconds, service.clock.nowMs())
}

export function integerOf({ query }: Call, name: string, least: number, most: number): number | undefined {
  const given = query.get(name)
  if (given === null) return undefined
  const value = /^\d{1,9}$/.test(given) ? Number(given) : Number.NaN
  if (value >= least && value <= most) return value
  throw new Refusal(400, 'InvalidArgument', `${name} must be an integer from ${least} to ${most}.`, name)
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Refusal(400, 'InvalidBody', 'The body is not JSON.', 'body')
  }
}

export function utf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new Refusal(400, 'InvalidBody', 'The body is not UTF-8.', 'body')
  }
}
