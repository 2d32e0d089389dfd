/**
 * Key authentication: every request is signed over its verb, resource type, resource link and date. The date is not compared with a
 * clock, so that tests may move theirs.
 */
import { createHmac, createSecretKey } from 'node:crypto'
import { CosmosError } from './errors.ts'

/** The key of Microsoft's own emulator: public, fixed, and worth nothing outside a loopback address. */
export const localKey = 'C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw=='

const key = createSecretKey(localKey, 'base64')

export function checkSignature(
  method: string,
  segments: readonly string[],
  headers: { authorization?: string | undefined; 'x-ms-date'?: string | string[] | undefined },
): void {
  const authorization = decoded(headers.authorization ?? '')
  if (authorization.startsWith('type=aad')) {
    throw new CosmosError(
      401,
      'The local Cosmos DB server takes keys only: the SDK refuses to send Entra ID tokens over plain http.',
    )
  }
  const given = /^type=master&ver=1\.0&sig=(.+)$/.exec(authorization)?.[1]
  const date = String(headers['x-ms-date'] ?? '').toLowerCase()
  const { type, link } = resourceOf(segments)
  const text = `${method.toLowerCase()}\n${type}\n${link}\n${date}\n\n`
  if (given !== createHmac('sha256', key).update(text).digest('base64')) {
    throw new CosmosError(
      401,
      'The authorization signature does not fit the request: use the key that infra/local/cosmos/README.md gives.',
    )
  }
}

function decoded(header: string): string {
  try {
    return decodeURIComponent(header)
  } catch {
    return ''
  }
}

/** `dbs/odds/colls` is signed as the type `colls` of `dbs/odds`; `dbs/odds` as itself. Offers are signed in lower case. */
function resourceOf(segments: readonly string[]): { type: string; link: string } {
  const isFeed = segments.length % 2 === 1
  const type = ((isFeed ? segments.at(-1) : segments.at(-2)) ?? '').toLowerCase()
  const link = (isFeed ? segments.slice(0, -1) : segments).join('/')
  return { type, link: type === 'offers' ? link.toLowerCase() : link }
}
