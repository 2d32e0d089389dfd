import type { Feed } from '../feed.ts'
import { simulate, simulated } from './simulate.ts'

/** For machines without a network, and for seeing the board move at once. Its address is its seed: another one is another world. */
export function simulatedFeed({ url, everyMs }: { url: string; everyMs: number }): Feed {
  return {
    name: simulated,
    everyMs,
    poll: async ({ observedAtMs }) => ({
      kind: 'complete',
      snapshots: simulate(url, observedAtMs),
      rejected: [],
      validators: null,
    }),
  }
}
