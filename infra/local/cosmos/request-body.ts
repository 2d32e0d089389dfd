import type { IncomingMessage } from 'node:http'
import { CosmosError } from './errors.ts'

/** The service's limit of one request. */
const maxRequestBytes = 2 * 1024 * 1024
/** More than this is not even read to its end. */
const maxDrainedBytes = 64 * 1024 * 1024

/**
 * Too large a body is read to its end, without being kept, before it is refused: a client that is still sending would see a broken
 * connection instead of the 413, and try again for two minutes.
 */
export function readBody(incoming: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    incoming.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes <= maxRequestBytes) chunks.push(chunk)
      else if (bytes > maxDrainedBytes) incoming.destroy()
      else chunks.length = 0
    })
    incoming.once('error', reject)
    incoming.once('close', () => {
      if (!incoming.complete) reject(new CosmosError(400, 'The connection ended before the request did.'))
    })
    incoming.once('end', () => {
      const isTooLarge = bytes > maxRequestBytes
      if (isTooLarge) reject(new CosmosError(413, `Request size is too large: ${bytes} bytes, the limit is ${maxRequestBytes}.`))
      else resolve((chunks.length === 1 ? (chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(chunks)).toString())
    })
  })
}
