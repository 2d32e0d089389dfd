import rhea from 'rhea'

import { sectionValueAt, valueEnd } from './amqp-bytes.ts'
import type { LogState } from './log.ts'
import { headerEnd } from './stamp.ts'

const { message, types } = rhea

/**
 * For a reader that asked for runtime metrics: puts delivery annotations into an event which say how far its partition reaches now.
 * They stand between header and message annotations.
 */
export function withMetrics(state: LogState, nowMs: number): (event: Buffer) => Buffer {
  const annotations = deliveryAnnotations({
    last_enqueued_sequence_number: types.wrap_long(state.lastSequence),
    last_enqueued_offset: String(state.lastOffset),
    last_enqueued_time_utc: types.wrap_timestamp(state.lastEnqueuedMs),
    runtime_info_retrieval_time_utc: types.wrap_timestamp(nowMs),
  })
  return (event) => {
    const at = headerEnd(event)
    return Buffer.concat([event.subarray(0, at), annotations, event.subarray(at)])
  }
}

/** rhea encodes whole messages only: the section that is wanted stands behind the header. */
function deliveryAnnotations(values: Record<string, unknown>): Buffer {
  const whole: Buffer = message.encode({ delivery_annotations: values, body: null })
  const at = headerEnd(whole)
  return whole.subarray(at, valueEnd(whole, sectionValueAt(whole, at)))
}
