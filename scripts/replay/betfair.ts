import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

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
    const catalogue = await catalogueIn(path.join(folder, 'betfair'))
    let connections = 0
    return {
      holds: `${moments.length} messages about ${definitions.size} markets`,
      settings: ({ tcp }) => ({
        BETFAIR_URL: tcp,
        BETFAIR_KEY: 'replay',
        BETFAIR_SESSION: 'replay',
        BETFAIR_MARKET_FILTER: '{}',
        ...(catalogue === undefined ? {} : { BETFAIR_CATALOGUE_URL: catalogue }),
      }),
      speaks: {
        kind: 'tcp',
        accept: (socket) => converse({ socket, connectionId: `replay-${++connections}`, moments, definitions, start, log }),
      },
    }
  },
}

/** Names, which the stream does not tell, as another of Betfair's services answers them. */
async function catalogueIn(folder: string): Promise<string | undefined> {
  const file = (await readdir(folder)).find((entry) => /^catalogue-.*\.json$/.test(entry))
  return file === undefined ? undefined : pathToFileURL(path.join(folder, file)).href
}
