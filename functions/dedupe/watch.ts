import type { DedupeReport } from './dedupe.ts'

/** Looks on while a batch is deduped, and changes nothing of what is done. */
export type DedupeWatch = { batch(began: BatchBegan, act: (within: BatchWatch) => Promise<DedupeReport>): Promise<DedupeReport> }

/** `causes`: the traceparents that its messages carry. */
export type BatchBegan = { startedAtMs: number; events: number; markets: number; causes: ReadonlySet<string> }

/** What is saved is to carry the `traceparent`, by which who reads it knows this batch. */
export type BatchWatch = { traceparent: string | undefined; saving: <T>(act: () => Promise<T>) => Promise<T> }

const unwatchedBatch: BatchWatch = { traceparent: undefined, saving: (act) => act() }
export const unwatched: DedupeWatch = { batch: (_began, act) => act(unwatchedBatch) }
