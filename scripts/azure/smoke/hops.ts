/** On our clock. */
export type Ours = { pushedAtMs: number; acceptedAtMs: number; receivedAtMs: number; readAtMs: number }
/** On the system's clocks, as the tick and its frame tell them. */
export type Theirs = { observedAtMs: number; storedAtMs: number; sentAtMs: number }

/** `atMs` since the push; `tookMs` since the hop before. */
export type Hop = { name: 'accepted' | 'stored' | 'sent' | 'received' | 'read'; atMs: number; tookMs: number }

/**
 * The way of one tick on one line of time. The system's clocks need not agree with ours; but it cannot have seen the tick before we pushed
 * it, nor sent it after we received it. Where both hold as the clocks stand, they are left alone; else theirs are moved by the middle of
 * what would make both hold, and `clocksDifferByMs` says by how much.
 */
export function hopsOf(ours: Ours, theirs: Theirs): { hops: Hop[]; clocksDifferByMs: number } {
  const aheadAtLeastMs = theirs.sentAtMs - ours.receivedAtMs
  const aheadAtMostMs = theirs.observedAtMs - ours.pushedAtMs
  const agree = aheadAtLeastMs <= 0 && aheadAtMostMs >= 0
  const aheadMs = agree ? 0 : (aheadAtLeastMs + aheadAtMostMs) / 2
  const onOurClock = (atMs: number) => atMs - aheadMs
  const instants: [Hop['name'], number][] = [
    ['accepted', ours.acceptedAtMs],
    ['stored', onOurClock(theirs.storedAtMs)],
    ['sent', onOurClock(theirs.sentAtMs)],
    ['received', ours.receivedAtMs],
    ['read', ours.readAtMs],
  ]
  const hops = instants.map(([name, instantMs], i) => ({
    name,
    atMs: instantMs - ours.pushedAtMs,
    tookMs: instantMs - (instants[i - 1]?.[1] ?? ours.pushedAtMs),
  }))
  return { hops, clocksDifferByMs: Math.round(aheadMs) }
}
