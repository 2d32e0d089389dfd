import { systemClock } from '../../../infra/local/clock.ts'
import { recordingsFolder } from '../../replay/folder.ts'
import { shapes } from '../../replay/shapes.ts'

/** Bodies as the replay of a feed answers with them in turn; none where nothing was recorded. */
export async function recordedBodies(feed: string, address: string, times: number): Promise<string[]> {
  const shape = shapes.find((known) => known.feed === feed)
  const playing = await shape?.open(recordingsFolder(process.env), {
    mode: { pace: { kind: 'each-poll' }, loop: true },
    clock: systemClock,
    log: () => undefined,
    quota: Infinity,
  })
  if (playing?.speaks.kind !== 'http') return []
  const bodies: string[] = []
  const { pathname, searchParams: query } = new URL(address, 'http://localhost')
  while (bodies.length < times) {
    const { status, body } = await playing.speaks.answer({ pathname, query, tags: undefined })
    if (status !== 200) throw new Error(`${address} answers ${status}: ${String(body)}`)
    // A copy in one piece, as the network brings it.
    bodies.push(Buffer.from(body ?? '').toString())
  }
  return bodies
}
