import type { Container } from './container.ts'
import { errorBody, type CosmosError } from './errors.ts'

export type Reply = { status: number; charge: number; headers: Record<string, string>; body: string }

export function reply(status: number, charge: number, body: string, headers: Record<string, string> = {}): Reply {
  return { status, charge, headers, body }
}

/** `x-ms-session-token` is `<range>:<version>#<lsn>`; the container's rid lets the SDK file it. */
export function containerHeaders(container: Container): Record<string, string> {
  return {
    'x-ms-alt-content-path': encodeURI(`dbs/${container.database}/colls/${container.definition.id}`),
    'x-ms-content-path': container.rid,
    'x-ms-session-token': `0:-1#${container.lsn}`,
    lsn: String(container.lsn),
  }
}

export function feedReply(
  rid: string,
  name: string,
  documents: readonly string[],
  charge: number,
  headers: Record<string, string>,
): Reply {
  const body = `{"_rid":"${rid}","${name}":[${documents.join(',')}],"_count":${documents.length}}`
  return reply(200, charge, body, { ...headers, 'x-ms-item-count': String(documents.length) })
}

export function errorReply(error: CosmosError): Reply {
  const headers: Record<string, string> = error.substatus === undefined ? {} : { 'x-ms-substatus': String(error.substatus) }
  return reply(error.status, 1, errorBody(error.status, error.message), headers)
}
