import type { PartitionContext, ReceivedEventData } from '@azure/event-hubs'

import type { EventHubFunction } from '../definitions.ts'
import type { InvocationInput } from '../invocations.ts'
import type { TypedData } from '../rpc.ts'

/**
 * Events as the Event Hubs extension hands them to a worker, with its quirks, since an app that works only without them would
 * break in Azure: empty strings vanish from string arrays (so `partitionKeyArray` does not line up with the messages) unless the
 * app asked otherwise, times carry no zone, and without a `dataType` a batch passes through a JSON parser, where one body that
 * is no JSON fails the invocation and ISO times lose the zeros at their end. Throws when the input cannot be made.
 */
export function batchInput(
  events: readonly ReceivedEventData[],
  context: PartitionContext,
  dataType: EventHubFunction['dataType'],
  capabilities: Readonly<Record<string, string>>,
): InvocationInput {
  const includeEmpty = capabilities.IncludeEmptyEntriesInMessagePayload !== undefined
  const strings = (values: readonly string[]): TypedData => ({
    collectionString: { string: includeEmpty ? values : values.filter((value) => value !== '') },
  })
  const offsets = strings(events.map(({ offset }) => offset))
  return {
    data: batchData(events, dataType, strings),
    triggerMetadata: {
      ...partitionMetadata(context),
      PartitionKeyArray: strings(events.map(({ partitionKey }) => partitionKey ?? '')),
      OffsetArray: offsets,
      OffsetStringArray: offsets,
      SequenceNumberArray: { collectionSint64: { sint64: events.map(({ sequenceNumber }) => sequenceNumber) } },
      EnqueuedTimeUtcArray: json(events.map(({ enqueuedTimeUtc }) => zonelessTime(enqueuedTimeUtc))),
      PropertiesArray: json(events.map(({ properties }) => properties ?? {})),
      SystemPropertiesArray: json(events.map(systemProperties)),
    },
  }
}

export function singleInput(
  event: ReceivedEventData,
  context: PartitionContext,
  dataType: EventHubFunction['dataType'],
): InvocationInput {
  return {
    data: dataType === 'binary' ? { bytes: toBytes(event.body) } : { string: toText(event.body) },
    triggerMetadata: {
      ...partitionMetadata(context),
      PartitionKey: { string: event.partitionKey ?? '' },
      Offset: { string: event.offset },
      OffsetString: { string: event.offset },
      SequenceNumber: json(event.sequenceNumber),
      EnqueuedTimeUtc: json(zonelessTime(event.enqueuedTimeUtc)),
      Properties: json(event.properties ?? {}),
      SystemProperties: json(systemProperties(event)),
    },
  }
}

function batchData(
  events: readonly ReceivedEventData[],
  dataType: EventHubFunction['dataType'],
  strings: (values: readonly string[]) => TypedData,
): TypedData {
  switch (dataType) {
    case 'binary':
      return { collectionBytes: { bytes: events.map(({ body }) => toBytes(body)) } }
    case 'string':
      return strings(events.map(({ body }) => toText(body)))
    case 'json':
      return { json: `[${events.map(throughJsonNet).join(',')}]` }
  }
}

function throughJsonNet({ body, sequenceNumber }: ReceivedEventData): string {
  try {
    return JSON.stringify(
      JSON.parse(toText(body), (_, value: unknown) => (typeof value === 'string' ? shortenTime(value) : value)),
    )
  } catch (cause) {
    const advice = "set dataType to 'string' or 'binary' if producers may send anything else"
    throw new Error(`the event with sequence number ${sequenceNumber} is not JSON, which fails its whole batch: ${advice}`, {
      cause,
    })
  }
}

const isoTime = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,7})?Z$/

/** Json.NET takes an ISO text for a time and writes it back without trailing zeros: `.120Z` becomes `.12Z`. */
function shortenTime(text: string): string {
  const parts = isoTime.exec(text)
  return parts === null ? text : `${parts[1]}${(parts[2] ?? '').replace(/\.?0+$/, '')}Z`
}

function zonelessTime(time: Date): string {
  return shortenTime(time.toISOString()).replace('Z', '')
}

function partitionMetadata({ fullyQualifiedNamespace, eventHubName, consumerGroup, partitionId }: PartitionContext) {
  const context = json({
    FullyQualifiedNamespace: fullyQualifiedNamespace,
    EventHubName: eventHubName,
    ConsumerGroup: consumerGroup,
    PartitionId: partitionId,
  })
  return { PartitionContext: context, TriggerPartitionContext: context }
}

function systemProperties(event: ReceivedEventData): Record<string, unknown> {
  const offset = Number(event.offset)
  return {
    ...event.systemProperties,
    SequenceNumber: event.sequenceNumber,
    Offset: Number.isInteger(offset) ? offset : -1,
    OffsetString: event.offset,
    PartitionKey: event.partitionKey ?? null,
    EnqueuedTimeUtc: zonelessTime(event.enqueuedTimeUtc),
  }
}

function json(value: unknown): TypedData {
  return { json: JSON.stringify(value) }
}

/** With `skipParsingBodyAsJson` the SDK gives a data section as its bytes, and AMQP values and sequences as JavaScript values. */
function toBytes(body: unknown): Uint8Array {
  return body instanceof Uint8Array ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body ?? null))
}

function toText(body: unknown): string {
  return Buffer.from(toBytes(body)).toString('utf8')
}
