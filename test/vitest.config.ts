import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'

import { defineConfig } from 'vitest/config'

/** Each runs the whole stack, so they run after the rest and one after the other. */
const whole = ['test/pipeline*.test.ts']
/** Longer than anybody wants to wait after each change: `npm run test:browser`. */
const browser = ['test/browser/**']
/** The CDKTF project has packages of its own, which are installed before its tests when they are not there. */
const azure = ['test/infra/azure/**/*.test.ts']

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    isolate: false,
    // Vitest would leave one core free, which of two is half; tests wait more than they work.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        extends: true,
        test: {
          name: 'parts',
          include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
          exclude: [...whole, ...browser, ...azure],
          testTimeout: 20_000,
          hookTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'azure',
          include: azure,
          globalSetup: 'test/infra/azure/install.ts',
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'whole',
          include: whole,
          testTimeout: 120_000,
          hookTimeout: 60_000,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
