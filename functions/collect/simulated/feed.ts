import type { Feed } from '../feed.ts'
import { simulate, simulated } from './simulate.ts'

/** For machines without a network, and for seeing the board move at once. */
export function simulatedFeed({ seed, everyMs }: { seed: string; everyMs: number }): Feed {
  return {
    name: simulated,
    everyMs,
    poll: async ({ observedAtMs }) => ({
      kind: 'complete',
      snapshots: simulate(seed, observedAtMs),
      rejected: [],
      validators: null,
    }),
  }
}
