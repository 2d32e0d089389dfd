import { createHash } from 'node:crypto'

import {
  BulkOperationType,
  type Container,
  type Database,
  ErrorResponse,
  type OperationInput,
  type PatchOperation,
} from '@azure/cosmos'

import {
  bookDocument,
  type BookDocument,
  bookDocumentId,
  type DedupeCountsDocument,
  dedupeCountsId,
  parseBookDocument,
  tickDocuments,
  type TickDocument,
} from '../book/documents.ts'
import type { MarketId } from '../book/ids.ts'
import type { HeldBook } from './book-cache.ts'
import { type Charges, noCharges } from './charges.ts'
import type { CountStore } from './counts.ts'
import type { BookStore, DeadLetter, DeadLetters, Loaded, Saved } from './dedupe.ts'
import { inParallel } from './in-parallel.ts'
import type { Write } from './plan.ts'

/** Statuses of one operation, or of the whole request, that say what to do next; whatever else comes is the host's retry policy's to wait out. */
const notFound = 404
const alreadyExists = 409
const otherEtag = 412
const tooLarge = 413
const badRequest = 400

/** What is asked for each answer is added to `charges`. */
export function bookStore(
  database: Database,
  tickTtlSeconds: number,
  abortSignal: AbortSignal,
  charges = noCharges(),
): BookStore {
  const odds = database.container('odds')
  return {
    load: (market) => loadBook(odds, market, abortSignal, charges),
    async save(held, write, traceparent) {
      const body = operations(held, write, tickTtlSeconds, traceparent)
      try {
        const { result = [], headers } = await odds.items.batch(body, write.book.marketId, {
          abortSignal,
          contentResponseOnWriteEnabled: false,
        })
        charge(charges, headers)
        return outcomeOf(result.map(({ statusCode, eTag }) => ({ statusCode, eTag })))
      } catch (error) {
        const statusCode = statusOf(error)
        if (statusCode === undefined || !(error instanceof Error)) throw error
        return outcomeOf([{ statusCode }], error)
      }
    },
  }
}

async function loadBook(odds: Container, market: MarketId, abortSignal: AbortSignal, charges: Charges): Promise<Loaded> {
  const { resource, etag, headers } = await odds.item(bookDocumentId, market).read<BookDocument>({ abortSignal })
  charge(charges, headers)
  if (resource === undefined) return { kind: 'absent' }
  const parsed = parseBookDocument(resource)
  if (!parsed.ok)
    return { kind: 'refused', reason: `The stored book of ${market} cannot be read (${parsed.reason}). ${startAnew}` }
  return { kind: 'held', held: { book: parsed.value, etag } }
}

function operations(
  held: HeldBook | undefined,
  { book, ticks }: Write,
  ttlSeconds: number,
  traceparent: string | undefined,
): OperationInput[] {
  const document = bookDocument(book, ttlSeconds)
  const saveBook: OperationInput =
    held === undefined
      ? { operationType: BulkOperationType.Create, resourceBody: document }
      : { operationType: BulkOperationType.Replace, id: bookDocumentId, resourceBody: document, ifMatch: held.etag }
  return [saveBook, ...tickDocuments(ticks, book, ttlSeconds, held?.book, traceparent).map(create)]
}

function create(document: TickDocument): OperationInput {
  return { operationType: BulkOperationType.Create, resourceBody: document }
}

/** The SDK itself waits and asks again when the service is too busy, and says how often it did. */
function charge(charges: Charges, headers: Readonly<Record<string, unknown>>): void {
  charges.requestUnits += Number(headers['x-ms-request-charge'] ?? 0)
  charges.throttled += Number(headers['x-ms-throttle-retry-count'] ?? 0)
}

/** The SDK wraps what the service answered to a batch as a whole (too large, malformed, throttled for too long) in an error of its own. */
function statusOf(error: unknown): number | undefined {
  const answer = error instanceof Error && error.cause !== undefined ? error.cause : error
  if (typeof answer !== 'object' || answer === null || !('code' in answer)) return undefined
  return typeof answer.code === 'number' ? answer.code : undefined
}

/**
 * The operation that failed carries its own status and all others 424, so the first status that decides is the culprit's. A tick that is
 * there already, while the book was just as we held it, is no race: somebody has tampered with the book, and no retry will mend it.
 */
function outcomeOf(results: readonly { statusCode: number; eTag?: string | undefined }[], cause?: Error): Saved {
  const [book] = results
  if (book?.eTag !== undefined && results.every(({ statusCode }) => statusCode < 300)) return { kind: 'saved', etag: book.eTag }
  if (book?.statusCode === otherEtag || book?.statusCode === alreadyExists || book?.statusCode === notFound)
    return { kind: 'conflict' }
  for (const { statusCode } of results) {
    if (statusCode === alreadyExists)
      return { kind: 'refused', reason: `There are later ticks than the book knows of. ${startAnew}` }
    if (statusCode === tooLarge)
      return { kind: 'refused', reason: 'Larger than the store takes: 2 MB for the book and its new ticks' }
    if (statusCode === badRequest) return { kind: 'refused', reason: `Refused by the store: ${cause?.message ?? 'bad request'}` }
  }
  throw new Error(`The store answered ${results.map(({ statusCode }) => statusCode).join(', ')}`, { cause })
}

const startAnew = 'Delete all documents of this market, and the feed builds it anew within ten minutes'

/** Adding is the store's to do, so that workers which count the same feed need not know of each other. */
export function countStore(database: Database, abortSignal: AbortSignal): CountStore {
  const feeds = database.container('feeds')
  const options = { abortSignal }
  return {
    async add(feed, { sinceMs, ...counts }, countedAtMs) {
      const id = dedupeCountsId(feed)
      const operations: PatchOperation[] = [
        ...Object.entries(counts).map(([name, value]) => ({ op: 'incr' as const, path: `/${name}`, value })),
        { op: 'set', path: '/countedAtMs', value: countedAtMs },
      ]
      const patch = () => feeds.item(id, id).patch(operations, options)
      const first: DedupeCountsDocument = { id, type: 'dedupe-counts', feed, sinceMs, countedAtMs, ...counts }
      try {
        await patch()
      } catch (error) {
        if (statusOf(error) !== notFound) throw error
        try {
          await feeds.items.create(first, options)
        } catch (refusal) {
          if (statusOf(refusal) !== alreadyExists) throw refusal
          await patch()
        }
      }
    },
  }
}

/** As much of an unreadable body as is kept; its length and hash tell the rest. */
const maxKeptBytes = 64 * 1024

/** Ids are made of the place on the hub and of the content: the same letter twice is one document (I5). */
export function deadLetters(database: Database, hub: string, nowMs: () => number, abortSignal: AbortSignal): DeadLetters {
  const container = database.container('dead-letters')
  return {
    async add(letters) {
      const errors = await inParallel(8, letters, async (letter) => {
        try {
          await container.items.create(letterDocument(letter, hub, new Date(nowMs()).toISOString()), { abortSignal })
        } catch (error) {
          if (!(error instanceof ErrorResponse && error.code === alreadyExists)) throw error
        }
      })
      if (errors.length > 0) throw new Error(`${errors.length} dead letters of ${hub} could not be kept`, { cause: errors[0] })
    },
  }
}

function letterDocument({ partition, sequence, reason, body }: DeadLetter, hub: string, at: string) {
  const sha256 = createHash('sha256').update(body).digest('hex')
  const kept = new TextDecoder().decode(body.subarray(0, maxKeptBytes))
  const id = `${partition}:${sequence ?? '-'}:${sha256.slice(0, 16)}`
  return { id, hub, partition, sequence: sequence ?? null, reason, bytes: body.length, sha256, body: kept, at }
}
