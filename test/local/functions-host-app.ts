import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

import { vi } from 'vitest'

import { startFunctionsHost, type FunctionsHost, type FunctionsHostOptions } from '../../infra/local/functions-host/host.ts'

/** Apps under test live inside the repository, so that `@azure/functions` resolves from their folder as from a real app's. */
const cache = fileURLToPath(new URL('../../.cache', import.meta.url))

export type TestApp = { dir: string; dataDir: string; write(file: string, text: string): Promise<void>; remove(): Promise<void> }

export async function makeApp(
  source: string,
  hostJson: object = { extensions: { http: { routePrefix: '' } } },
): Promise<TestApp> {
  await mkdir(cache, { recursive: true })
  const dir = await mkdtemp(path.join(cache, 'test-functions-host-'))
  const write = (file: string, text: string) => writeFile(path.join(dir, file), text)
  await write('host.json', JSON.stringify({ version: '2.0', ...hostJson }))
  await write('package.json', JSON.stringify({ type: 'module', main: 'app.js' }))
  await write('app.js', source)
  return { dir, dataDir: path.join(dir, 'data'), write, remove: () => rm(dir, { recursive: true, force: true }) }
}

export type Logged = { event: string; fields: Record<string, unknown> }

/** Remembers what a host logs, and waits for a line without asking again and again. */
export function recorder() {
  const lines: Logged[] = []
  const waiting = new Set<() => void>()
  const all = (event: string) => lines.filter((line) => line.event === event)
  return {
    lines,
    all,
    log: (event: string, fields: object = {}) => {
      lines.push({ event, fields: fields as Record<string, unknown> })
      for (const look of waiting) look()
    },
    /** What the app's functions said, in order. */
    said: () => all('function log').map(({ fields }) => String(fields.message)),
    until(condition: () => boolean, deadlineMs = 10_000): Promise<void> {
      return new Promise((resolve, reject) => {
        const seen = () => JSON.stringify(lines.slice(-12), undefined, 1)
        const timer = setTimeout(() => reject(new Error(`not within ${deadlineMs} ms; last lines: ${seen()}`)), deadlineMs)
        const look = () => {
          if (!condition()) return
          clearTimeout(timer)
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      })
    },
  }
}

export type Running = { host: FunctionsHost; logs: ReturnType<typeof recorder>; stop: () => Promise<void> }

export async function run(app: TestApp, options: Partial<FunctionsHostOptions> = {}): Promise<Running> {
  const logs = recorder()
  const env = { NODE_COMPILE_CACHE: path.join(cache, 'compiled'), ...options.env }
  const host = await startFunctionsHost({ appDir: app.dir, dataDir: app.dataDir, port: 0, log: logs.log, ...options, env })
  return { host, logs, stop: () => host.close() }
}

/** Checks until it holds: for what another process does, which cannot be awaited. */
export function eventually(check: () => void | Promise<void>): Promise<void> {
  return vi.waitFor(check, { timeout: 10_000, interval: 20 })
}
