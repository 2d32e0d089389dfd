/**
 * The Functions host of the Core Tools in the place of ours: `node infra/local/core-tools/main.ts --port N --data-dir DIR --app-dir DIR`.
 * Its environment is the app's settings, which wins over local.settings.json. Started with an IPC channel it says there when the host
 * runs, and ends with its parent, or when `func` does.
 */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: { port: { type: 'string' }, 'data-dir': { type: 'string' }, 'app-dir': { type: 'string' } },
})
const { port, 'app-dir': appDir } = values
if (port === undefined || appDir === undefined) {
  console.error('usage: node infra/local/core-tools/main.ts --port N --data-dir DIR --app-dir DIR')
  process.exit(2)
}

const askEveryMs = 500
const url = `http://127.0.0.1:${port}`
const func = spawn('func', ['start', '--port', port], {
  cwd: path.resolve(appDir),
  env: { FUNCTIONS_WORKER_RUNTIME: 'node', AzureWebJobsStorage: 'UseDevelopmentStorage=true', ...process.env },
  stdio: ['ignore', 'inherit', 'inherit'],
  // A group of its own: `func` starts the host, and that the worker, and all must end with it.
  detached: true,
})
func.on('error', (error) => {
  console.error(`func could not be started: ${error.message}`)
  process.exit(1)
})
func.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGTERM' ? 0 : 1)))

const close = () => {
  if (func.pid !== undefined) process.kill(-func.pid, 'SIGTERM')
}
process.on('SIGTERM', close)
process.on('SIGINT', close)
process.on('disconnect', close)

while (!(await runs())) await new Promise((resolve) => setTimeout(resolve, askEveryMs))
console.log(`functions host of the Core Tools ready on ${url}`)
if (process.connected) process.send?.({ ready: true, port: Number(port), url })

async function runs(): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/admin/host/status`, { signal: AbortSignal.timeout(5_000) })
    return answer.ok && ((await answer.json()) as { state?: unknown }).state === 'Running'
  } catch {
    return false
  }
}
