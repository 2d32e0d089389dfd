import { converse } from './betfair-connection.ts'
import { betfairMoments } from './betfair-moments.ts'
import { startOf } from './in-time.ts'
import type { Shape } from './shape.ts'

/**
 * The Exchange Stream: lines of JSON over TCP, though without TLS. Recorded files have lost their clocks, so `clk` is this replay's own; a
 * subscription that brings one goes on after it, in whichever run of the replay. Changes are sent as recorded, whatever
 * `marketDataFilter` says, and never conflated.
 */
export const betfair: Shape = {
  feed: 'betfair',
  async open(folder, { mode, clock, log }) {
    const { moments, definitions } = await betfairMoments(folder)
    if (moments.length === 0) return undefined
    const start = startOf(mode, clock)
    let connections = 0
    return {
      holds: `${moments.length} messages about ${definitions.size} markets`,
      settings: ({ tcp }) => ({ BETFAIR_URL: tcp, BETFAIR_KEY: 'replay', BETFAIR_SESSION: 'replay' }),
      speaks: {
        kind: 'tcp',
        accept: (socket) => converse({ socket, connectionId: `replay-${++connections}`, moments, definitions, start, log }),
      },
    }
  },
}
