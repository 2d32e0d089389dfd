import type { FeedName } from '../book/ids.ts'
import type { SnapshotMessage } from '../book/wire.ts'
import type { CollectReport } from './collect.ts'

/** Looks on while odds are collected, and changes nothing of what is done. */
export type CollectWatch = {
  /** One poll, with what is published in it. */
  poll(feed: FeedName, act: (publishing: Publishing) => Promise<CollectReport>): Promise<CollectReport>
  /** What is published in no poll. */
  publishing: Publishing
  putAside: (feed: string, letters: number) => void
}

/** One handing-over to the event hubs. Its messages are to carry the `traceparent` that `act` is given, by which who reads them knows it. */
export type Publishing = <T>(
  messages: readonly SnapshotMessage[],
  act: (traceparent: string | undefined) => Promise<T>,
) => Promise<T>

const unwatchedPublishing: Publishing = (_messages, act) => act(undefined)

export const unwatched: CollectWatch = {
  poll: (_feed, act) => act(unwatchedPublishing),
  publishing: unwatchedPublishing,
  putAside: () => undefined,
}
