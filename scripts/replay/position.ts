/** The next body at each poll, or the one that was current at the recorded time, which passes `speed` times as fast as ours. */
export type Pace = { kind: 'each-poll' } | { kind: 'timed'; speed: number }
export type Mode = { pace: Pace; loop: boolean }

/** Which body a poll gets. `round` counts from 0 how often the recording has begun anew; `isLast` that nothing follows. */
export type Position = { index: number; round: number; isLast: boolean }

/** What was recorded of one instant. */
export type Recorded = { name: string; recordedAtMs: number | null }

export function positionsOf(bodies: readonly Recorded[], { pace, loop }: Mode, startedAtMs: number): (nowMs: number) => Position {
  switch (pace.kind) {
    case 'each-poll': {
      let polls = 0
      return () => at(polls++, bodies.length, loop)
    }
    case 'timed': {
      const times = bodies.map(recordedAt)
      const [firstMs = 0] = times
      const lastMs = times.at(-1) ?? 0
      // The last body stands as long as the average one before the recording begins anew.
      const roundMs = lastMs - firstMs + (lastMs - firstMs) / Math.max(bodies.length - 1, 1)
      return (nowMs) => {
        const elapsedMs = (nowMs - startedAtMs) * pace.speed
        const round = loop && roundMs > 0 ? Math.floor(elapsedMs / roundMs) : 0
        const atMs = firstMs + elapsedMs - round * roundMs
        const index = Math.max(
          times.findLastIndex((time) => time <= atMs),
          0,
        )
        return at(round * bodies.length + index, bodies.length, loop)
      }
    }
  }
}

function at(count: number, length: number, loop: boolean): Position {
  if (loop) return { index: count % length, round: Math.floor(count / length), isLast: false }
  return { index: Math.min(count, length - 1), round: 0, isLast: count >= length - 1 }
}

function recordedAt({ name, recordedAtMs }: Recorded): number {
  if (recordedAtMs !== null) return recordedAtMs
  throw new Error(
    `"${name}" is no time such as 2021-07-11T17-14-03Z, so --speed cannot be used. Leave it out to serve one body a poll`,
  )
}
