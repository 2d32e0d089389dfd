import type { SnapshotMessage } from '../book/wire.ts'

/** Beyond this many messages waiting, whoever adds is to wait too. With one batch under way, twice that is all there ever is (I9). */
const maxWaiting = 1_000

/**
 * Messages on their way to the event hub, in the order in which they were added. While one batch is under way the next one gathers, so
 * that a quiet feed's message goes out at once and a busy one's go out many at a time.
 */
export type Outbox = {
  /** A promise where there is no room for more; it resolves when there is. */
  add(messages: readonly SnapshotMessage[]): Promise<void> | undefined
  /** Sends a batch even if nothing was added. */
  nudge(): void
  /** Resolves when all that was added has been sent. */
  drained(): Promise<void>
  /** Messages that were not taken yet. */
  unsent(): number
}

/**
 * `send` resolves when the batch has been taken, however long that lasts; it does not reject. Once `signal` is aborted nobody waits for
 * room any more.
 */
export function outbox(send: (batch: readonly SnapshotMessage[]) => Promise<void>, signal: AbortSignal): Outbox {
  let waiting: SnapshotMessage[] = []
  let room = Promise.withResolvers<void>()
  let underWay: Promise<void> | undefined
  let sending = 0
  signal.addEventListener('abort', () => room.resolve(), { once: true })

  async function run(): Promise<void> {
    do {
      const batch = waiting
      waiting = []
      sending = batch.length
      room.resolve()
      room = Promise.withResolvers()
      await send(batch)
      sending = 0
    } while (waiting.length > 0)
    underWay = undefined
  }

  return {
    add(messages) {
      for (const message of messages) waiting.push(message)
      if (waiting.length > 0) underWay ??= run()
      return waiting.length < maxWaiting || signal.aborted ? undefined : room.promise
    },
    nudge: () => void (underWay ??= run()),
    drained: async () => underWay,
    unsent: () => sending + waiting.length,
  }
}
