import { fork, type ChildProcess } from 'node:child_process'
import { setImmediate } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

import type { Clock } from '../clock.ts'
import type { FromWorker, FunctionMetadata, InvocationRequest, RpcException, ToWorker, TypedData } from './rpc.ts'
import type { Settings } from './settings.ts'
import { within } from './wait.ts'

/** One running worker process with the app loaded in it. */
export type Worker = {
  pid: number
  functions: readonly FunctionMetadata[]
  capabilities: Readonly<Record<string, string>>
  invoke(request: InvocationRequest): Promise<InvocationResult>
  /** Settles when the process is gone, for whatever reason. */
  ended: Promise<string>
  /** Lets what is in flight finish, then the app's appTerminate hooks, each within its time, then ends the process. */
  retire(drainMs: number): Promise<void>
}

export type InvocationResult =
  | { kind: 'succeeded'; returnValue: TypedData | null }
  | { kind: 'failed'; error: RpcException }
  /** The process ended before it answered, so nobody knows how far the function came. */
  | { kind: 'lost'; reason: string }

/** The app itself refused to load: trying again is of no use until its code or settings change. */
export class AppNotLoaded extends Error {
  override name = 'AppNotLoaded'
}

export type WorkerOptions = {
  appDir: string
  entryFiles: readonly string[]
  settings: Settings
  functionTimeoutMs: number | undefined
  clock: Clock
  onLog: (entry: Extract<FromWorker, { kind: 'log' }>) => void
  onOutput: (stream: 'stdout' | 'stderr', line: string) => void
}

const loadDeadlineMs = 60_000
/** The time Azure grants the appTerminate hooks. */
const terminateGraceMs = 5_000
const longestOutputLine = 16_384

export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { clock } = options
  const child = fork(fileURLToPath(new URL('worker/main.ts', import.meta.url)), [], {
    cwd: options.appDir,
    env: { ...options.settings },
    execArgv: ['--enable-source-maps'],
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  forwardLines(child, options.onOutput)
  const inFlight = new Map<string, (result: InvocationResult) => void>()
  let onIdle: (() => void) | undefined
  const settle = (invocationId: string, result: InvocationResult) => {
    inFlight.get(invocationId)?.(result)
    inFlight.delete(invocationId)
    if (inFlight.size === 0) onIdle?.()
  }
  const overdue = new Map<string, RpcException>()
  const ended = endOf(child)
  const loading = Promise.withResolvers<Extract<FromWorker, { kind: 'loaded' }>>()
  void loseRest()
  async function loseRest(): Promise<void> {
    const reason = await ended
    const message = `the worker ended while it loaded the app (${reason}): see what it wrote`
    // What was killed may well load the next time; what ended by itself will do so again.
    loading.reject(child.signalCode === null ? new AppNotLoaded(message) : new Error(message))
    for (const invocationId of inFlight.keys()) {
      const error = overdue.get(invocationId)
      settle(invocationId, error === undefined ? { kind: 'lost', reason } : { kind: 'failed', error })
    }
  }

  child.on('message', (message: FromWorker) => {
    switch (message.kind) {
      case 'loaded':
        loading.resolve(message)
        return
      case 'not-loaded':
        loading.reject(new AppNotLoaded(message.message))
        return
      case 'log':
        options.onLog(message)
        return
      case 'succeeded':
      case 'failed':
        settle(message.invocationId, message)
        return
    }
  })
  const send = (message: ToWorker) => {
    // A failed send means that the process is going: `ended` then settles whatever waits.
    if (child.connected) child.send(message, () => {})
  }
  send({ kind: 'load', appDir: options.appDir, entryFiles: options.entryFiles })
  const loaded = await within(clock, loadDeadlineMs, loading.promise).catch((error: unknown) => {
    child.kill('SIGKILL')
    throw error
  })
  if (loaded === undefined) {
    child.kill('SIGKILL')
    throw new AppNotLoaded(`the app did not finish loading within ${loadDeadlineMs / 1000} s`)
  }

  return {
    pid: child.pid ?? 0,
    functions: loaded.functions,
    capabilities: loaded.capabilities,
    ended,
    invoke(request) {
      return new Promise((resolve) => {
        if (!child.connected || child.exitCode !== null || child.signalCode !== null) {
          // Not before its end is known to all: who tries again at once must not be given this worker again.
          void ended.then((reason) => resolve({ kind: 'lost', reason }))
          return
        }
        const { invocationId, functionId } = request
        const stopWaiting = timeoutAfter(options.functionTimeoutMs, clock, () => {
          overdue.set(invocationId, timeoutError(functionId, options.functionTimeoutMs))
          // Azure, too, ends a worker whose function ran over: nothing else can stop its code.
          child.kill('SIGKILL')
        })
        inFlight.set(invocationId, (result) => {
          stopWaiting()
          resolve(result)
        })
        send({ kind: 'invoke', request })
      })
    },
    async retire(drainMs) {
      // Whoever was given this worker a moment ago has now sent what it had for it.
      await setImmediate()
      const idle = new Promise<void>((resolve) => {
        onIdle = resolve
        if (inFlight.size === 0) resolve()
      })
      await within(clock, drainMs, idle)
      send({ kind: 'terminate' })
      await within(clock, terminateGraceMs, ended)
      child.kill('SIGKILL')
      await ended
    },
  }
}

function timeoutAfter(timeoutMs: number | undefined, clock: Clock, expire: () => void): () => void {
  return timeoutMs === undefined ? () => {} : clock.after(timeoutMs, expire)
}

function timeoutError(functionName: string, timeoutMs = 0): RpcException {
  const message = `${functionName} ran longer than host.json's functionTimeout of ${timeoutMs / 1000} s: its worker was ended`
  return { message, stackTrace: '' }
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`))
  })
}

function forwardLines(child: ChildProcess, onOutput: WorkerOptions['onOutput']): void {
  for (const name of ['stdout', 'stderr'] as const) {
    let rest = ''
    const stream = child[name]
    stream?.setEncoding('utf8')
    stream?.on('data', (text: string) => {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      if (rest.length > longestOutputLine) lines.push(rest.slice(0, longestOutputLine))
      rest = rest.length > longestOutputLine ? '' : rest
      for (const line of lines) if (line.trim() !== '') onOutput(name, line)
    })
    stream?.on('end', () => rest.trim() === '' || onOutput(name, rest))
  }
}
