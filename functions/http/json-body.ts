import { problem, type Reply } from './reply.ts'

/** What came with a request: how long it is said to be, and it itself when asked for. */
export type RequestBody = { contentLength: string | null; bytes: () => Promise<Uint8Array> }

export function bodyOf(request: {
  headers: { get(name: string): string | null }
  arrayBuffer(): Promise<ArrayBuffer>
}): RequestBody {
  return {
    contentLength: request.headers.get('content-length'),
    bytes: async () => new Uint8Array(await request.arrayBuffer()),
  }
}

/** The JSON of a body of at most `maxBytes`, or the answer that says why there is none. */
export async function readJson(
  { contentLength, bytes }: RequestBody,
  maxBytes: number,
): Promise<{ ok: true; json: unknown } | { ok: false; reply: Reply }> {
  if (Number(contentLength ?? 0) > maxBytes) return { ok: false, reply: tooLarge(maxBytes) }
  const body = await bytes()
  if (body.byteLength > maxBytes) return { ok: false, reply: tooLarge(maxBytes) }
  if (body.byteLength === 0) return refused('There is no body. Send JSON, with its Content-Length')
  try {
    return { ok: true, json: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as unknown }
  } catch (error) {
    return refused(`The body is not JSON: ${error instanceof Error ? error.message.slice(0, 200) : String(error)}`)
  }
}

const refused = (detail: string) => ({ ok: false, reply: problem(400, 'Not JSON', detail) }) as const

export const tooLarge = (maxBytes: number) =>
  problem(413, 'Too large', `A body may have ${maxBytes.toLocaleString('en')} bytes. Send it in parts`)
