import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { type Connections, connections } from '../../functions/connect/connections.ts'
import { readSettings } from '../../functions/settings.ts'
import { type Stack, startStack } from '../../infra/local/stack.ts'
import { buildApp } from '../build.ts'

export type BenchStack = { stack: Stack; services: Connections; stop(): Promise<void> }

/** The whole system on empty data, with no feed of its own: the bench is the feed. */
export async function startBenchStack(root: string, env: Record<string, string> = {}): Promise<BenchStack> {
  const folder = await mkdtemp(path.join(tmpdir(), 'oddscast-bench-'))
  for (const file of ['host.json', 'package.json']) await cp(path.join(root, file), path.join(folder, file))
  await buildApp(root, folder)
  const dataDir = path.join(folder, 'data')
  const stack = await startStack({ appDir: folder, dataDir, pagePort: 0, env: { FEEDS: '', ...env } })
  return {
    stack,
    services: connections(readSettings({ ...stack.settings }, {})),
    async stop() {
      await stack.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
