import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { systemClock, type Clock } from '../clock.ts'
import { answerAdmin, type AdminView } from './admin.ts'
import { readAppFiles, type AppFiles } from './app-files.ts'
import { createInvocations } from './invocations.ts'
import { localKey } from './local-key.ts'
import type { Settings } from './settings.ts'
import { createTriggers } from './triggers.ts'
import { within } from './wait.ts'
import { startWorker } from './worker-channel.ts'
import { createWorkers } from './workers.ts'

export type FunctionsHostOptions = {
  /** The folder with host.json and package.json, whose `main` names the file, or the glob, to load. */
  appDir: string
  /** 0 takes a free one. */
  port: number
  /** Checkpoints, timers' last runs and the local key are kept here. */
  dataDir: string
  /** The app settings, which are the worker's whole environment. */
  env: Settings
  clock?: Clock
  log?: (event: string, fields?: object) => void
}

export type FunctionsHost = {
  port: number
  url: string
  functions: readonly { name: string; type: string }[]
  /** Why the app is not at work, if it is not: its code did not load, or asks for something the host does not have. */
  problem: string | undefined
  /** Takes the app's present code; throws, and keeps what runs, if that does not load. */
  reload(): Promise<void>
  runTimer(name: string): Promise<void>
  close(): Promise<void>
}

const startDeadlineMs = 10_000
const closeDeadlineMs = 5_000
/** The limit of Azure's host, with its name. */
const defaultBodyLimitBytes = 104_857_600

/** An Azure Functions host: loads an app as it would be deployed, and lets its triggers run it. */
export async function startFunctionsHost(options: FunctionsHostOptions): Promise<FunctionsHost> {
  const { appDir, clock = systemClock, log = () => {} } = options
  mkdirSync(options.dataDir, { recursive: true })
  const database = new DatabaseSync(path.join(options.dataDir, 'functions-host.sqlite'))
  database.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma busy_timeout = 5000')
  const key = localKey(options.dataDir, options.env)

  const server = createServer((request, response) => void respond(request, response))
  const port = await listen(server, options.port).catch((error: unknown) => {
    database.close()
    throw error
  })
  const url = `http://127.0.0.1:${port}`
  const settings: Settings = {
    AZURE_FUNCTIONS_ENVIRONMENT: 'Development',
    FUNCTIONS_WORKER_RUNTIME: 'node',
    WEBSITE_HOSTNAME: `127.0.0.1:${port}`,
    // Halves the time a worker takes to start: a reload is that quicker.
    NODE_COMPILE_CACHE: path.join(options.dataDir, 'compiled'),
    ...options.env,
  }
  const bodyLimitBytes = Number(settings.FUNCTIONS_REQUEST_BODY_SIZE_LIMIT ?? defaultBodyLimitBytes)

  const invocations = createInvocations({ workers: () => workers, clock, random: Math.random, log })
  const triggers = createTriggers({ settings, database, invocations, key, bodyLimitBytes, clock, log })
  let files: AppFiles | undefined
  const workers = createWorkers({
    clock,
    log,
    start: async () => {
      files = await readAppFiles(appDir)
      return startWorker({
        appDir,
        entryFiles: files.entryFiles,
        settings,
        functionTimeoutMs: files.hostJson.functionTimeoutMs,
        clock,
        onLog: ({ functionName, invocationId, level, category, message }) =>
          log(category === 'user' ? 'function log' : 'worker log', { function: functionName, invocationId, level, message }),
        onOutput: (stream, line) => log('worker output', { stream, line }),
      })
    },
    accept: async (worker) => {
      if (files !== undefined) await triggers.put(worker, files.hostJson)
    },
  })

  const admin: AdminView = {
    status() {
      const state = workers.state()
      if (state.kind === 'blocked') return { state: 'Error', errors: [state.reason] }
      return { state: state.kind === 'running' ? 'Running' : 'Starting', errors: [] }
    },
    functions: () => triggers.functions().map((known) => ({ ...known, activity: invocations.activity(known.name) })),
    run(name) {
      const timer = triggers.timer(name)
      void timer?.runNow()
      return timer !== undefined
    },
  }

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = URL.parse(`http://${request.headers.host ?? `127.0.0.1:${port}`}${request.url}`)
    if (target === null || request.url?.startsWith('/') !== true) {
      response.writeHead(400).end()
      return
    }
    try {
      if (target.pathname === '/admin' || target.pathname.startsWith('/admin/')) {
        answerAdmin(admin, request, response, target.pathname)
        return
      }
      const state = workers.state()
      if (state.kind === 'blocked') {
        text(response, 503, `The app is not running.\n\n${state.reason}\n`)
      } else if (!(await triggers.answerHttp(request, response, target))) {
        if (target.pathname === '/' && request.method === 'GET')
          text(response, 200, 'The local functions host is running: see /admin/functions\n')
        else response.writeHead(404).end()
      }
    } catch (error) {
      log('request not answered', { method: request.method, url: request.url, error: String(error) })
      if (response.headersSent) response.destroy()
      else response.writeHead(500).end()
    }
  }

  await workers.begin()
  await within(clock, startDeadlineMs, triggers.started())

  return {
    port,
    url,
    get functions() {
      return triggers.functions().map(({ name, type }) => ({ name, type }))
    },
    get problem() {
      const state = workers.state()
      return state.kind === 'blocked' ? state.reason : undefined
    },
    reload: () => workers.reload(),
    async runTimer(name) {
      const timer = triggers.timer(name)
      if (timer === undefined) throw new Error(`there is no timer function '${name}'`)
      await timer.runNow()
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeIdleConnections()
      await within(clock, closeDeadlineMs, Promise.all([triggers.stop(), closed]))
      server.closeAllConnections()
      await workers.close()
      database.close()
    },
  }
}

async function listen(server: Server, port: number): Promise<number> {
  try {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  } catch (cause) {
    throw new Error(`port ${port} cannot be listened on: free it, or use port 0 for any free one`, { cause })
  }
  return (server.address() as AddressInfo).port
}

function text(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(body)
}
