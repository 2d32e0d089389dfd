/**
 * A partition key value is stored as its JSON text: 5, "5", null and undefined (`{}` on the wire) are four different partitions.
 */
import { badRequest, unsupported } from './errors.ts'
import { isObject, valueAt, type Json, type JsonObject } from './json.ts'

export type PartitionKey = string

/** The service takes 2,048 bytes for a partition key of version 2. */
const maxBytes = 2_048

/** `["m1"]`, the header of a request, or the `partitionKey` of a bulk operation. */
export function parsePartitionKey(header: string): PartitionKey {
  let parts: unknown
  try {
    parts = JSON.parse(header)
  } catch {
    throw badRequest(`The partition key ${header} is not valid JSON.`)
  }
  if (!Array.isArray(parts) || parts.length === 0)
    throw badRequest(`The partition key ${header} must be an array with one value.`)
  if (parts.length > 1) throw unsupported('hierarchical partition keys')
  return encode(parts[0] as Json)
}

export function partitionKeyOf(document: JsonObject, path: readonly string[]): PartitionKey {
  const value = valueAt(document, path)
  return value === undefined ? '{}' : encode(value)
}

function encode(value: Json): PartitionKey {
  if (Array.isArray(value) || (isObject(value) && Object.keys(value).length > 0)) {
    throw badRequest('A partition key value must be text, a number, a boolean, null or undefined.')
  }
  const text = JSON.stringify(value)
  if (text.length * 3 > maxBytes && Buffer.byteLength(text) > maxBytes) {
    throw badRequest(`The partition key is longer than ${maxBytes} bytes.`)
  }
  return text
}
