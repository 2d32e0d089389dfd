import type { Clock } from '../clock.ts'
import { wait, within } from './wait.ts'
import { AppNotLoaded, type Worker } from './worker-channel.ts'

/**
 * Keeps one worker with the app's present code in reach. A worker that dies is replaced after a growing pause; a reload starts
 * the next one beside the old, puts it in its place once its code has loaded and been accepted, and lets the old one finish what
 * it has begun, so no request is dropped and a broken edit leaves the working code in place. Code that cannot be loaded at all
 * blocks the app until a reload succeeds.
 */
export type Workers = {
  /** Starts the first worker; resolves when its code is at work, or is known not to load. */
  begin(): Promise<void>
  state(): WorkersState
  /** The running worker, waited for if one is on its way; `undefined` when the signal or the deadline comes first. */
  current(signal: AbortSignal, deadlineMs?: number): Promise<Worker | undefined>
  /** Throws, saying why, if the new code was not taken. */
  reload(): Promise<void>
  close(): Promise<void>
}

export type WorkersState = { kind: 'running'; worker: Worker } | { kind: 'starting' } | { kind: 'blocked'; reason: string }

export type WorkersOptions = {
  clock: Clock
  start: () => Promise<Worker>
  /** Proves what the code registered and puts its triggers in place; a throw refuses the code. */
  accept: (worker: Worker) => Promise<void>
  log: (event: string, fields?: object) => void
}

const restart = { firstMs: 100, longestMs: 5_000, steadyAfterMs: 10_000 }
const drainOnReloadMs = 30_000
const closeDeadlineMs = 5_000

export function createWorkers({ clock, start, accept, log }: WorkersOptions): Workers {
  const closing = new AbortController()
  const retiring = new Set<Promise<void>>()
  let state: WorkersState = { kind: 'starting' }
  const waiting = new Set<AbortController>()
  let turn: Promise<unknown> = Promise.resolve()

  const enter = (next: WorkersState) => {
    state = next
    if (next.kind === 'running') for (const waiter of waiting) waiter.abort()
  }
  /** Starts, reloads and restarts come one after the other. */
  const inTurn = <T>(step: () => Promise<T>): Promise<T> => {
    const result = turn.then(step)
    turn = result.catch(() => {})
    return result
  }

  async function replace(): Promise<void> {
    const worker = await start()
    if (closing.signal.aborted) return worker.retire(0)
    try {
      await accept(worker)
    } catch (error) {
      await worker.retire(0)
      throw new AppNotLoaded(error instanceof Error ? error.message : String(error), { cause: error })
    }
    const old = state
    enter({ kind: 'running', worker })
    log('worker started', { pid: worker.pid, functions: worker.functions.length })
    if (old.kind === 'running') retire(old.worker, drainOnReloadMs)
    void watch(worker)
  }

  async function watch(worker: Worker): Promise<void> {
    const startedMs = clock.nowMs()
    const reason = await worker.ended
    if (state.kind !== 'running' || state.worker !== worker || closing.signal.aborted) return
    log('worker lost', { pid: worker.pid, reason })
    enter({ kind: 'starting' })
    await inTurn(() => recover(clock.nowMs() - startedMs >= restart.steadyAfterMs ? 0 : failures + 1))
  }

  let failures = 0
  async function recover(startingFailures: number): Promise<void> {
    failures = startingFailures
    while (!closing.signal.aborted && state.kind === 'starting') {
      await wait(clock, Math.min(restart.firstMs * 2 ** Math.max(failures - 1, 0), restart.longestMs), closing.signal)
      if (closing.signal.aborted) return
      await replace().catch((error: unknown) => notLoaded(error))
      failures += 1
    }
  }

  function notLoaded(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error)
    if (error instanceof AppNotLoaded) enter({ kind: 'blocked', reason })
    log(error instanceof AppNotLoaded ? 'app blocked' : 'worker not started', { reason })
  }

  function retire(worker: Worker, drainMs: number): void {
    const retired = worker.retire(drainMs).finally(() => retiring.delete(retired))
    retiring.add(retired)
  }

  return {
    async begin() {
      await inTurn(() => replace().catch((error: unknown) => notLoaded(error)))
      if (state.kind === 'starting') void inTurn(() => recover(1))
    },
    state: () => state,
    async current(signal, deadlineMs = Number.POSITIVE_INFINITY) {
      const deadline = clock.nowMs() + deadlineMs
      while (!signal.aborted && !closing.signal.aborted && clock.nowMs() < deadline) {
        if (state.kind === 'running') return state.worker
        const running = new AbortController()
        waiting.add(running)
        await wait(clock, deadline - clock.nowMs(), AbortSignal.any([signal, closing.signal, running.signal]))
        waiting.delete(running)
      }
      return undefined
    },
    reload: () =>
      inTurn(async () => {
        await replace().catch((error: unknown) => {
          const reason = error instanceof Error ? error.message : String(error)
          if (state.kind !== 'running') notLoaded(error)
          throw new Error(`the app was not reloaded: ${reason}`, { cause: error })
        })
        log('app reloaded')
      }),
    async close() {
      closing.abort()
      await within(clock, closeDeadlineMs, turn)
      if (state.kind === 'running') retire(state.worker, 0)
      await Promise.all(retiring)
    },
  }
}
