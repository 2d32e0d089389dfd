import { systemClock } from '../../../infra/local/clock.ts'
import { recordingsFolder } from '../../replay/folder.ts'
import { shapes } from '../../replay/shapes.ts'

/** Bodies as the replay of a feed answers with them, one for each address; none where nothing was recorded. */
export async function recordedBodies(feed: string, addresses: readonly string[]): Promise<string[]> {
  const shape = shapes.find((known) => known.feed === feed)
  const playing = await shape?.open(recordingsFolder(process.env), {
    mode: { pace: { kind: 'each-poll' }, loop: true },
    clock: systemClock,
    log: () => undefined,
    quota: Infinity,
  })
  if (playing?.speaks.kind !== 'http') return []
  const bodies: string[] = []
  for (const address of addresses) {
    const { pathname, searchParams: query } = new URL(address, 'http://localhost')
    const { status, body } = await playing.speaks.answer({ pathname, query, tags: undefined })
    if (status !== 200) throw new Error(`${address} answers ${status}: ${String(body)}`)
    // A copy in one piece, as the network brings it.
    bodies.push(Buffer.from(body ?? '').toString())
  }
  return bodies
}

export const times = <T>(count: number, one: T): T[] => Array.from({ length: count }, () => one)
