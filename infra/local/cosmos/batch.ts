/**
 * Several operations in one request. Transactional: all in one partition, in one SQLite transaction; the first refusal undoes
 * everything, keeps its own status, and gives all others 424. Bulk: each operation on its own, in order.
 */
import type { Container } from './container.ts'
import { badRequest, CosmosError, unsupported } from './errors.ts'
import { isSuccess, perform, type ItemOperation, type Moment, type Outcome, type Precondition } from './items.ts'
import { isObject, type Json, type JsonObject } from './json.ts'
import { parsePartitionKey, type PartitionKey } from './partition-key.ts'
import { parsePatch } from './patch.ts'
import { round } from './charge.ts'
import type { Store } from './store.ts'
import { write } from './write.ts'

export type BatchResult = { status: 200 | 207; body: string; charge: number }

const maxOperations = 100

export function runBatch(
  store: Store,
  container: Container,
  body: Json,
  mode: { kind: 'atomic'; partitionKey: PartitionKey } | { kind: 'bulk'; continueOnError: boolean },
  isMinimal: boolean,
  nowSeconds: number,
): BatchResult {
  if (!Array.isArray(body) || body.length === 0) throw badRequest('A batch must be an array of operations.')
  if (body.length > maxOperations) throw badRequest(`A batch has at most ${maxOperations} operations, not ${body.length}.`)
  const outcomes = write(store, container, nowSeconds, mode.kind === 'atomic' ? 'atomic' : 'each', (moment) => {
    const done: Outcome[] = []
    for (const entry of body) {
      const outcome = attempt(container, entry, mode, moment)
      done.push(outcome)
      if (isSuccess(outcome)) continue
      if (mode.kind === 'atomic')
        return { keep: false, result: body.map((_, at) => (at === done.length - 1 ? outcome : dependent)) }
      if (!mode.continueOnError) break
    }
    return { keep: true, result: body.map((_, at) => done[at] ?? dependent) }
  })
  const charge = round(outcomes.reduce((total, outcome) => total + outcome.charge, 0))
  const results = outcomes.map((outcome) => resultJson(outcome, isMinimal))
  return { status: outcomes.every(isSuccess) ? 200 : 207, body: `[${results.join(',')}]`, charge }
}

const dependent: Outcome = { kind: 'refused', status: 424, message: 'Another operation of the batch was refused.', charge: 0 }

function attempt(
  container: Container,
  entry: Json,
  mode: { kind: 'atomic'; partitionKey: PartitionKey } | { kind: 'bulk' },
  moment: Moment,
): Outcome {
  try {
    return perform(container, parseOperation(entry, mode.kind === 'atomic' ? mode.partitionKey : undefined), moment)
  } catch (error) {
    if (!(error instanceof CosmosError)) throw error
    return { kind: 'refused', status: error.status, message: error.message, charge: 0 }
  }
}

function parseOperation(entry: Json, batchKey: PartitionKey | undefined): ItemOperation {
  if (!isObject(entry)) throw badRequest('Every operation of a batch must be an object.')
  const partitionKey = keyOf(entry, batchKey)
  const precondition: Precondition = { ifMatch: textOf(entry, 'ifMatch'), ifNoneMatch: textOf(entry, 'ifNoneMatch') }
  switch (entry['operationType']) {
    case 'Create':
      return { kind: 'create', partitionKey, document: documentOf(entry), precondition }
    case 'Upsert':
      return { kind: 'upsert', partitionKey, document: documentOf(entry), precondition }
    case 'Replace':
      return { kind: 'replace', partitionKey, id: idOf(entry), document: documentOf(entry), precondition }
    case 'Patch':
      return { kind: 'patch', partitionKey, id: idOf(entry), patch: parsePatch(entry['resourceBody']), precondition }
    case 'Read':
      return { kind: 'read', partitionKey, id: idOf(entry), precondition: { ifMatch: undefined, ifNoneMatch: undefined } }
    case 'Delete':
      return { kind: 'delete', partitionKey, id: idOf(entry), precondition }
    default:
      throw unsupported(`the batch operation ${JSON.stringify(entry['operationType'])}`)
  }
}

function keyOf(entry: JsonObject, batchKey: PartitionKey | undefined): PartitionKey {
  const own = textOf(entry, 'partitionKey')
  const key = own === undefined ? batchKey : parsePartitionKey(own)
  if (key === undefined) throw badRequest('An operation of a bulk request needs a partitionKey.')
  if (batchKey !== undefined && key !== batchKey) throw badRequest('All operations of a batch must be in its partition.', 1001)
  return key
}

function documentOf(entry: JsonObject): JsonObject {
  const document = entry['resourceBody']
  if (!isObject(document))
    throw badRequest(`The operation ${JSON.stringify(entry['operationType'])} needs a resourceBody that is an object.`)
  return document
}

function idOf(entry: JsonObject): string {
  const id = textOf(entry, 'id')
  if (id === undefined) throw badRequest(`The operation ${JSON.stringify(entry['operationType'])} needs an id.`)
  return id
}

function textOf(entry: JsonObject, name: string): string | undefined {
  const value = entry[name]
  if (value === undefined || typeof value === 'string') return value
  throw badRequest(`'${name}' of a batch operation must be text.`)
}

function resultJson(outcome: Outcome, isMinimal: boolean): string {
  const head = `{"statusCode":${outcome.status},"requestCharge":${outcome.charge}`
  switch (outcome.kind) {
    case 'document':
      return `${head},"eTag":${JSON.stringify(outcome.etag)}${isMinimal ? '' : `,"resourceBody":${outcome.json}`}}`
    case 'empty':
      return `${head}}`
    case 'refused':
      return `${head},"message":${JSON.stringify(outcome.message)}}`
  }
}
