/**
 * What one operation on one document does, alone or inside a batch. What the caller must expect (missing, existing, changed
 * meanwhile) is an outcome; only malformed requests throw.
 */
import { createCharge, readCharge, replaceCharge, smallCharge } from './charge.ts'
import { documentJson, etagOf, type Container } from './container.ts'
import { parseItemId } from './definition.ts'
import type { KeyedRow, Row } from './document-table.ts'
import { badRequest } from './errors.ts'
import type { JsonObject } from './json.ts'
import { partitionKeyOf, type PartitionKey } from './partition-key.ts'
import type { Patch } from './patch.ts'
import { expiryOf, isExpired } from './ttl.ts'

export type Precondition = { ifMatch: string | undefined; ifNoneMatch: string | undefined }

export type ItemOperation =
  | { kind: 'create' | 'upsert'; partitionKey: PartitionKey; document: JsonObject; precondition: Precondition }
  | { kind: 'replace'; partitionKey: PartitionKey; id: string; document: JsonObject; precondition: Precondition }
  | { kind: 'patch'; partitionKey: PartitionKey; id: string; patch: Patch; precondition: Precondition }
  | { kind: 'read' | 'delete'; partitionKey: PartitionKey; id: string; precondition: Precondition }

export type Outcome =
  | { kind: 'document'; status: 200 | 201; json: string; etag: string; charge: number }
  | { kind: 'empty'; status: 204 | 304; etag: string; charge: number }
  | { kind: 'refused'; status: number; message: string; charge: number }

/** When an operation happens, and the versions its writes may take. */
export type Moment = { nowSeconds: number; writeSeconds: number; nextVersion(): number }

/** The service's limit of one document and of one request. */
export const maxDocumentBytes = 2 * 1024 * 1024

export function perform(container: Container, operation: ItemOperation, moment: Moment): Outcome {
  switch (operation.kind) {
    case 'create':
      return create(container, operation.partitionKey, operation.document, moment)
    case 'upsert': {
      const row = findVisible(container, operation.partitionKey, parseItemId(operation.document['id']), moment)
      if (row === undefined) return create(container, operation.partitionKey, operation.document, moment)
      return broken(operation.precondition, row) ?? replace(container, row, operation.document, moment)
    }
    case 'replace': {
      const row = findVisible(container, operation.partitionKey, operation.id, moment)
      if (row === undefined) return missing(operation.id)
      return broken(operation.precondition, row) ?? replace(container, row, operation.document, moment)
    }
    case 'patch': {
      const row = findVisible(container, operation.partitionKey, operation.id, moment)
      if (row === undefined) return missing(operation.id)
      const refusal = broken(operation.precondition, row)
      if (refusal !== undefined) return refusal
      const current = JSON.parse(documentJson(container, row)) as JsonObject
      if (!operation.patch.condition(current)) return refused(412, 'The condition of the patch is not met by the document.')
      return replace(container, row, operation.patch.apply(current), moment)
    }
    case 'delete': {
      const row = findVisible(container, operation.partitionKey, operation.id, moment)
      if (row === undefined) return missing(operation.id)
      const refusal = broken(operation.precondition, row)
      if (refusal !== undefined) return refusal
      moment.nextVersion()
      container.documents.remove(row.rid)
      return {
        kind: 'empty',
        status: 204,
        etag: etagOf(row),
        charge: createCharge(row.body.length, container.documents.keys.length),
      }
    }
    case 'read':
      return read(container, operation, moment)
  }
}

export function isSuccess(outcome: Outcome): boolean {
  return outcome.kind !== 'refused'
}

function read(
  container: Container,
  operation: { partitionKey: PartitionKey; id: string; precondition: Precondition },
  moment: Moment,
): Outcome {
  const row = findVisible(container, operation.partitionKey, operation.id, moment)
  if (row === undefined) return missing(operation.id)
  const etag = etagOf(row)
  if (operation.precondition.ifNoneMatch === etag) return { kind: 'empty', status: 304, etag, charge: smallCharge }
  return { kind: 'document', status: 200, json: documentJson(container, row), etag, charge: readCharge(row.body.length) }
}

function create(container: Container, partitionKey: PartitionKey, document: JsonObject, moment: Moment): Outcome {
  const version = moment.nextVersion()
  const draft = draftOf(container, partitionKey, document, moment)
  if (isTooLarge(draft.body)) return tooLarge(draft.body)
  const row = { ...draft, rid: version, version }
  if (!container.documents.insert(row, document)) {
    const existing = container.documents.find(partitionKey, row.id)
    if (existing === undefined || !isExpired(existing, moment.nowSeconds)) return exists(row.id)
    container.documents.remove(existing.rid)
    container.documents.insert(row, document)
  }
  const charge = createCharge(row.body.length, container.documents.keys.length)
  return { kind: 'document', status: 201, json: documentJson(container, row), etag: etagOf(row), charge }
}

/** Like the service, lets a replacement rename the document inside its partition. */
function replace(container: Container, existing: KeyedRow, document: JsonObject, moment: Moment): Outcome {
  const draft = draftOf(container, existing.pk, document, moment)
  if (isTooLarge(draft.body)) return tooLarge(draft.body)
  const row = { ...draft, rid: existing.rid, version: moment.nextVersion() }
  if (row.id !== existing.id) {
    const namesake = container.documents.find(row.pk, row.id)
    if (namesake !== undefined && !isExpired(namesake, moment.nowSeconds)) return exists(row.id)
    if (namesake !== undefined) container.documents.remove(namesake.rid)
  }
  container.documents.update(existing, row, document)
  const charge = replaceCharge(row.body.length, container.documents.keys.length)
  return { kind: 'document', status: 200, json: documentJson(container, row), etag: etagOf(row), charge }
}

function draftOf(container: Container, pk: PartitionKey, document: JsonObject, moment: Moment): Omit<Row, 'rid' | 'version'> {
  const id = parseItemId(document['id'])
  if (partitionKeyOf(document, container.partitionKeyPath) !== pk) {
    throw badRequest('The partition key in the document does not match the one of the request.', 1001)
  }
  for (const name of systemProperties) if (name in document) delete document[name]
  const exp = expiryOf(document, container.definition.defaultTtlSeconds, moment.writeSeconds)
  return { pk, id, ts: moment.writeSeconds, exp, body: JSON.stringify(document) }
}

const systemProperties = ['_rid', '_self', '_etag', '_attachments', '_ts', '_lsn']

function findVisible(container: Container, partitionKey: PartitionKey, id: string, moment: Moment): KeyedRow | undefined {
  const row = container.documents.find(partitionKey, id)
  return row === undefined || isExpired(row, moment.nowSeconds) ? undefined : row
}

function broken({ ifMatch, ifNoneMatch }: Precondition, row: Row): Outcome | undefined {
  const etag = etagOf(row)
  const isMet = (ifMatch === undefined || ifMatch === '*' || ifMatch === etag) && ifNoneMatch !== '*' && ifNoneMatch !== etag
  return isMet ? undefined : refused(412, 'The document has changed: its etag is not the one of the condition.')
}

function isTooLarge(body: string): boolean {
  return body.length * 3 > maxDocumentBytes && Buffer.byteLength(body) > maxDocumentBytes
}

function tooLarge(body: string): Outcome {
  return refused(413, `The document has ${Buffer.byteLength(body)} bytes; the limit is ${maxDocumentBytes}.`)
}

function missing(id: string): Outcome {
  return refused(404, `The document '${id}' does not exist in this partition.`)
}

function exists(id: string): Outcome {
  return refused(409, `A document with the id '${id}' already exists in this partition.`)
}

function refused(status: number, message: string): Outcome {
  return { kind: 'refused', status, message, charge: smallCharge }
}
