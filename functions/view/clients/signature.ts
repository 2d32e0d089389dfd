import { createHmac, timingSafeEqual } from 'node:crypto'

/**
 * Whether `ce-signature` is one of Web PubSub's: `sha256=<hex>`, one for each key that the service has, of which we know one. It signs the
 * id of the connection and nothing else, so whoever has seen an event can send others of the same connection.
 */
export function isSigned(signature: string | null, connectionId: string | null, accessKey: string): boolean {
  if (signature === null || connectionId === null) return false
  const expected = createHmac('sha256', accessKey).update(connectionId).digest()
  return signature.split(',').some((one) => {
    const given = Buffer.from(/^\s*sha256=([0-9a-f]{64})\s*$/i.exec(one)?.[1] ?? '', 'hex')
    return given.length === expected.length && timingSafeEqual(given, expected)
  })
}
