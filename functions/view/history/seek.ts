/** When these ticks were observed, by their seq; those that are no longer kept are not there. */
export type ObservedAt = (seqs: readonly number[]) => Promise<ReadonlyMap<number, number>>

/** A query takes as many about as cheaply as one, and with sixteen a hundred thousand ticks are five questions away. */
const probes = 16

/**
 * The first tick that was observed at `atMs` or later, of those up to `newest`; `newest + 1` where there is none. Ticks have no holes in
 * their seq (I1) and are observed in its order, so nothing but the seq need be indexed to find a time among them. The oldest may have
 * expired: what is not kept is before any time. (Where two workers' clocks differ, the ticks of a moment may be out of order by as much, and so is what
 * is found.)
 */
export async function seek(atMs: number, newest: number, observedAt: ObservedAt): Promise<number> {
  let [low, high] = [1, newest + 1]
  while (low < high) {
    const stride = Math.max(1, Math.ceil((high - low) / probes))
    const asked: number[] = []
    for (let seq = low; seq < high; seq += stride) asked.push(seq)
    const times = await observedAt(asked)
    for (const seq of asked) {
      const isBefore = (times.get(seq) ?? 0) < atMs
      if (isBefore) low = seq + 1
      else {
        high = seq
        break
      }
    }
  }
  return low
}
