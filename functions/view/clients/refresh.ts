import { type ClientRegister, expiresAfterMs } from './client.ts'

/** Who is connected, as the service says. `complete: false`: there are more. */
export type ListConnected = () => Promise<{ connected: readonly Connected[]; complete: boolean }>
export type Connected = { id: string; userId: string | null }

/** A client that came while the service was listing is in the register and not on the list. */
const youngMs = 60_000
const writesInFlight = 8

/**
 * Holds the register against the service. An event that was lost, while the app or the network was away, is made up for; those who are still
 * there are confirmed before they expire; and who is not on the list is gone, if the list is complete (as I10 has it of markets).
 */
export async function refreshClients(
  list: ListConnected,
  register: ClientRegister,
  nowMs: () => number,
): Promise<{ connected: number; added: number; renewed: number; removed: number }> {
  const listedAtMs = nowMs()
  const { connected, complete } = await list()
  const kept = await register.all()
  const known = new Map(kept.clients.map((client) => [client.id, client]))
  const there = new Set(connected.map(({ id }) => id))
  const missing = connected.filter(({ id }) => !known.has(id) && !kept.gone.has(id))
  const due = kept.clients.filter(({ id, seenAtMs }) => there.has(id) && listedAtMs - seenAtMs >= expiresAfterMs / 2)
  const lost = complete
    ? kept.clients.filter(({ id, connectedAtMs }) => !there.has(id) && listedAtMs - connectedAtMs > youngMs)
    : []
  await inLanes([
    ...missing.map(
      ({ id, userId }) =>
        () =>
          register.add({ id, userId, protocol: null, connectedAtMs: listedAtMs, seenAtMs: listedAtMs }),
    ),
    ...due.map((client) => () => register.renew(client, listedAtMs)),
    ...lost.map(
      ({ id }) =>
        () =>
          register.remove(id),
    ),
  ])
  return { connected: connected.length, added: missing.length, renewed: due.length, removed: lost.length }
}

async function inLanes(tasks: readonly (() => Promise<void>)[]): Promise<void> {
  const left = tasks.values()
  const lane = async () => {
    for (const task of left) await task()
  }
  await Promise.all(Array.from({ length: Math.min(writesInFlight, tasks.length) }, lane))
}
