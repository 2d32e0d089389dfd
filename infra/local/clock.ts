/**
 * Time as an argument. Every local server takes a `Clock`, so that expiry, leases, schedules and reconnection windows can be
 * tested by advancing a hand-held one, without a real second passing.
 */
export type Clock = {
  nowMs(): number
  /** Calls `wake` once, `delayMs` from now; the returned function cancels it. */
  after(delayMs: number, wake: () => void): () => void
}

/** `setTimeout` fires at once for more than 2^31 − 1 ms, so a longer wait is taken in legs. */
const longestTimeoutMs = 2_147_483_647

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  after(delayMs, wake) {
    const dueMs = Date.now() + delayMs
    let timer: NodeJS.Timeout
    const arm = () => {
      const leftMs = dueMs - Date.now()
      timer = setTimeout(leftMs > longestTimeoutMs ? arm : wake, Math.min(Math.max(leftMs, 0), longestTimeoutMs))
    }
    arm()
    return () => clearTimeout(timer)
  },
}

export type HandClock = Clock & {
  /** Moves time on and runs, in order of their due time, every wake-up that falls in between. */
  advance(byMs: number): void
}

export function handClock(startMs = Date.UTC(2026, 0, 1)): HandClock {
  let nowMs = startMs
  let order = 0
  const waiting = new Map<number, { dueMs: number; wake: () => void }>()
  return {
    nowMs: () => nowMs,
    after(delayMs, wake) {
      const id = order++
      waiting.set(id, { dueMs: nowMs + delayMs, wake })
      return () => waiting.delete(id)
    },
    advance(byMs) {
      const untilMs = nowMs + byMs
      for (;;) {
        const next = [...waiting].filter(([, w]) => w.dueMs <= untilMs).sort((a, b) => a[1].dueMs - b[1].dueMs || a[0] - b[0])[0]
        if (next === undefined) break
        const [id, { dueMs, wake }] = next
        waiting.delete(id)
        nowMs = dueMs
        wake()
      }
      nowMs = untilMs
    },
  }
}
