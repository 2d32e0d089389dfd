import { binaryAt, eachPair, MalformedMessage, section, sectionCode, sectionValueAt, textAt, valueEnd } from './amqp-bytes.ts'

/** The message format under which SDKs send: one AMQP message whose data sections are each a complete AMQP message. */
export const batchFormat = 0x80013700

export type Envelope = { partitionKey: string | undefined; events: readonly Buffer[] }

export const partitionKeyAnnotation = 'x-opt-partition-key'

/**
 * Splits a batch into its events without decoding them. The envelope carries the message annotations of the first event, so the
 * partition key that decides for all of them stands there.
 *
 * Every event is walked to its end: a truncated one accepted now would later break each reader of the partition.
 */
export function openEnvelope(bytes: Buffer): Envelope {
  let partitionKey: string | undefined
  const events: Buffer[] = []
  for (let at = 0; at < bytes.length;) {
    const code = sectionCode(bytes, at)
    const valueAt = sectionValueAt(bytes, at)
    if (code === section.data) {
      const event = binaryAt(bytes, valueAt)
      walk(event)
      events.push(event)
    } else if (code === section.messageAnnotations) {
      eachPair(bytes, valueAt, (keyAt, pairValueAt) => {
        if (textAt(bytes, keyAt) === partitionKeyAnnotation) partitionKey = textAt(bytes, pairValueAt)
      })
    } else if (code === section.sequence || code === section.value) {
      throw new MalformedMessage('a batch must consist of data sections, one for each event')
    }
    at = valueEnd(bytes, valueAt)
  }
  if (events.length === 0) throw new MalformedMessage('the batch holds no event')
  return { partitionKey, events }
}

function walk(event: Buffer): void {
  if (event.length === 0) throw new MalformedMessage('an event of the batch is empty')
  for (let at = 0; at < event.length;) {
    const code = sectionCode(event, at)
    if (code < section.header || code > section.footer) throw new MalformedMessage(`0x${code.toString(16)} is no message section`)
    at = valueEnd(event, sectionValueAt(event, at))
  }
}
