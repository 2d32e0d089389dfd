/** One event as the hub delivered it. `sequence` is undefined where the host's metadata could not be matched with the events. */
export type HubEvent = { body: Uint8Array; partition: string; sequence: number | undefined }

/**
 * The host's arrays → events. `aligned` is false where the metadata has another length than the bodies (the host may leave out
 * empty entries): then nobody can say which number belongs to which event.
 */
export function hubEvents(
  bodies: unknown,
  metadata: Readonly<Record<string, unknown>> | undefined,
): { events: HubEvent[]; aligned: boolean } {
  const all: unknown[] = Array.isArray(bodies) ? bodies : [bodies]
  const sequences = metadata?.['sequenceNumberArray']
  const numbers = Array.isArray(sequences) ? sequences.map(Number) : []
  const aligned = numbers.length === all.length && numbers.every(Number.isSafeInteger)
  const partition = partitionOf(metadata?.['partitionContext'])
  const events = all.map((body, i): HubEvent => ({ body: bytesOf(body), partition, sequence: aligned ? numbers[i] : undefined }))
  return { events, aligned }
}

/**
 * What is not JSON becomes a value that no message has, so that one parser gives every reason. By way of `Buffer`, because a
 * `TextDecoder` gives strings of two bytes a character, which all that is made of them is slower to write by a third.
 */
export function decodeJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString()) as unknown
  } catch {
    return 'not JSON'
  }
}

function partitionOf(context: unknown): string {
  return typeof context === 'object' && context !== null && 'partitionId' in context ? String(context.partitionId) : 'unknown'
}

/** A host that does not honour `dataType` gives text or parsed JSON; both go back to the bytes they came from. */
function bytesOf(body: unknown): Uint8Array {
  if (body instanceof Uint8Array) return body
  return new TextEncoder().encode(typeof body === 'string' ? body : (JSON.stringify(body) ?? ''))
}
