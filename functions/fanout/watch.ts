import type { FanoutReport } from './fanout.ts'

/** Looks on while a page is sent, and changes nothing of what is done. */
export type FanoutWatch = { page(began: PageBegan, act: (sending: Sending) => Promise<FanoutReport>): Promise<FanoutReport> }

/** `causes`: the traceparents that its ticks carry. */
export type PageBegan = { startedAtMs: number; ticks: number; causes: ReadonlySet<string> }
export type Sending = (frames: number, act: () => Promise<void>) => Promise<void>

export const unwatched: FanoutWatch = { page: (_began, act) => act((_frames, act) => act()) }
