import type { DetectReport } from './detect.ts'

/** Looks on while a batch is searched for alerts, and changes nothing of what is done. */
export type DetectWatch = { batch(began: BatchBegan, act: (raising: Raising) => Promise<DetectReport>): Promise<DetectReport> }

/** `causes`: the traceparents that its messages carry. */
export type BatchBegan = { startedAtMs: number; events: number; causes: ReadonlySet<string> }

/** The part of it in which alerts are kept. */
export type Raising = <T>(act: () => Promise<T>) => Promise<T>

export const unwatched: DetectWatch = { batch: (_began, act) => act((raise) => raise()) }
