import { fork, type ChildProcess } from 'node:child_process'

/** What a server of the stack says of itself when it listens. */
export type Ready = { ready: true; port: number; connectionString?: string; url?: string; problem?: string }

export type Supervised = {
  name: string
  /** The latest `ready`: after a restart it is a new one, at the same port. */
  ready(): Ready
  pid(): number | undefined
  send(message: object): void
  stop(): Promise<void>
}

export type SupervisedOptions = {
  name: string
  file: string
  args: readonly string[]
  env: NodeJS.ProcessEnv
  readyWithinMs?: number
  /** Every line the process writes. */
  onLine: (name: string, line: string) => void
  /** It died unasked, and is started again after `inMs`. */
  onDeath: (name: string, how: string, inMs: number) => void
}

const stopWithinMs = 6_000
const restartAfterMs = { least: 250, most: 5_000 }
/** A process that lived this long has earned a quick restart. */
const settledAfterMs = 10_000

/** Starts a Node process, waits until it says that it is ready, and starts it again whenever it dies, until told to stop. */
export async function supervise(options: SupervisedOptions): Promise<Supervised> {
  const { readyWithinMs = 20_000 } = options
  let child: ChildProcess | undefined
  let ready: Ready | undefined
  let stopping = false
  let restart: NodeJS.Timeout | undefined
  let waitMs = restartAfterMs.least

  const run = (): Promise<Ready> => {
    const startedMs = Date.now()
    // In a group of its own: Ctrl-C in the terminal is for us to hear and to pass on, in order. It still ends with us, by the IPC channel.
    const running = fork(options.file, [...options.args], {
      env: options.env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true,
    })
    child = running
    lines(running, (line) => options.onLine(options.name, line))
    running.once('exit', (code, signal) => {
      if (stopping) return
      waitMs = Date.now() - startedMs > settledAfterMs ? restartAfterMs.least : Math.min(waitMs * 2, restartAfterMs.most)
      options.onDeath(options.name, signal ?? `exit code ${code}`, waitMs)
      restart = setTimeout(() => void run().catch(() => undefined), waitMs)
    })
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`${options.name} was not ready within ${readyWithinMs / 1000} s`)),
        readyWithinMs,
      )
      running.once('exit', (code, signal) => {
        clearTimeout(timer)
        reject(new Error(`${options.name} stopped before it was ready (${signal ?? `exit code ${code}`})`))
      })
      running.on('message', (message) => {
        if (!isReady(message)) return
        clearTimeout(timer)
        ready = message
        resolve(message)
      })
    })
  }

  const stop = async () => {
    stopping = true
    clearTimeout(restart)
    const running = child
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return
    const gone = new Promise((resolve) => running.once('exit', resolve))
    running.kill('SIGTERM')
    const timer = setTimeout(() => running.kill('SIGKILL'), stopWithinMs)
    await gone
    clearTimeout(timer)
  }

  try {
    ready = await run()
  } catch (error) {
    await stop()
    throw error
  }
  const first = ready
  return {
    name: options.name,
    ready: () => ready ?? first,
    pid: () => child?.pid,
    send: (message) => void (child?.connected && child.send(message)),
    stop,
  }
}

function lines(child: ChildProcess, onLine: (line: string) => void): void {
  for (const stream of [child.stdout, child.stderr]) {
    let rest = ''
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      const parts = (rest + chunk).split('\n')
      rest = parts.pop() ?? ''
      for (const line of parts) if (line.trim() !== '') onLine(line)
    })
  }
}

function isReady(message: unknown): message is Ready {
  return typeof message === 'object' && message !== null && 'ready' in message && message.ready === true
}
