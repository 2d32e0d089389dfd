import { fileURLToPath } from 'node:url'

import { defineConfig } from 'vitest/config'

/** What takes its time: the page in a real Chromium, mostly on the whole stack, one after the other. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    isolate: false,
    include: ['test/browser/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 60_000,
    fileParallelism: false,
  },
})
