/**
 * The host as a process: `node infra/local/functions-host/main.ts --port N --data-dir DIR --app-dir DIR`. Its environment is the
 * app's settings. Started with an IPC channel it says there when it is ready, takes `{ kind: 'reload' }`, and ends with its parent.
 */
import { enableCompileCache } from 'node:module'
import path from 'node:path'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: { port: { type: 'string' }, 'data-dir': { type: 'string' }, 'app-dir': { type: 'string' } },
})
const { port, 'data-dir': dataDir, 'app-dir': appDir } = values
if (port === undefined || dataDir === undefined || appDir === undefined) {
  console.error('usage: node infra/local/functions-host/main.ts --port N --data-dir DIR --app-dir DIR')
  process.exit(2)
}

// The SDKs take longer to compile than the host takes to start: a restart is a third of a second quicker with their code at hand.
enableCompileCache(path.join(path.resolve(dataDir), 'compiled'))
const { startFunctionsHost } = await import('./host.ts')

const tell = (message: object) => {
  if (process.connected) process.send?.(message)
}
const starting = startFunctionsHost({
  appDir: path.resolve(appDir),
  dataDir: path.resolve(dataDir),
  port: Number(port),
  env: process.env,
  log: (event, fields) => console.error(`${event} ${JSON.stringify(fields ?? {})}`),
})

let closing = false
async function close(): Promise<void> {
  if (closing) return
  closing = true
  await (await starting).close()
  process.exit(0)
}
process.on('SIGTERM', () => void close())
process.on('SIGINT', () => void close())
process.on('disconnect', () => void close())
process.on('message', (message: { kind?: unknown }) => {
  if (message.kind === 'reload') void reload()
})

const { url, problem, port: listening } = await starting
console.log(`functions host ready on ${url}${problem === undefined ? '' : `, but its app is not: ${problem}`}`)
tell({ ready: true, port: listening, url, ...(problem === undefined ? {} : { problem }) })

async function reload(): Promise<void> {
  try {
    await (await starting).reload()
    tell({ reloaded: true })
  } catch (error) {
    tell({ reloaded: false, problem: error instanceof Error ? error.message : String(error) })
  }
}
