import type { MarketId } from '../../../functions/book/ids.ts'
import type { Snapshot } from '../../../functions/book/market.ts'
import type { SnapshotMessage } from '../../../functions/book/wire.ts'
import type { Publisher } from '../../../functions/collect/collect.ts'
import type { Tape } from './tape.ts'

export type Playing = { ticks(): number; stop(): Promise<void> }

const everyMs = 100

/** Plays a tape at so many ticks a second, ten times a second what is due. */
export class Pace {
  readonly #publisher: Publisher
  /** Of one market nothing may be as old as what was said before. */
  readonly #saidAtMs = new Map<MarketId, number>()

  constructor(publisher: Publisher) {
    this.#publisher = publisher
  }

  publish(snapshots: readonly Snapshot[]): Promise<void> {
    return this.#publisher.publish(snapshots.map((snapshot) => this.#message(snapshot)))
  }

  play(tape: Tape, perSecond: number): Playing {
    const startedMs = performance.now()
    const ended = new AbortController()
    let ticks = 0
    const run = async () => {
      while (!ended.signal.aborted) {
        const due: Snapshot[] = []
        while (ticks < ((performance.now() - startedMs) / 1_000) * perSecond) {
          const moved = tape.next()
          due.push(moved.snapshot)
          ticks += moved.ticks
        }
        await Promise.all([this.publish(due), pause(everyMs)])
      }
    }
    const running = run()
    return {
      ticks: () => ticks,
      stop() {
        ended.abort()
        return running
      },
    }
  }

  #message(snapshot: Snapshot): SnapshotMessage {
    const { marketId } = snapshot
    const nowMs = Math.max(Date.now(), (this.#saidAtMs.get(marketId) ?? 0) + 1)
    this.#saidAtMs.set(marketId, nowMs)
    return { v: 1, kind: 'market', unchangedUntilMs: null, ...snapshot, asOfMs: nowMs, observedAtMs: nowMs }
  }
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
