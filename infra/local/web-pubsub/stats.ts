/** What the service holds now, and what it has done since it started. */
export type Stats = Counters & { connections: { live: number; recoverable: number }; hubs: number; groups: number }

/** Counted since the server started. A message out is one delivery to one connection, queued ones included. */
export type Counters = { requests: number; refused: number; messagesIn: number; messagesOut: number; bytesOut: number }

export const createCounters = (): Counters => ({ requests: 0, refused: 0, messagesIn: 0, messagesOut: 0, bytesOut: 0 })
