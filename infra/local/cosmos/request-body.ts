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
export async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes <= maxRequestBytes) chunks.push(chunk)
    else if (bytes > maxDrainedBytes) incoming.destroy()
    else chunks.length = 0
  }
  if (bytes > maxRequestBytes)
    throw new CosmosError(413, `Request size is too large: ${bytes} bytes, the limit is ${maxRequestBytes}.`)
  return chunks.length === 1 ? (chunks[0] ?? Buffer.alloc(0)).toString() : Buffer.concat(chunks).toString()
}
