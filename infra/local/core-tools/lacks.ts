import { execFile } from 'node:child_process'
import { connect } from 'node:net'

const answersWithinMs = 15_000
/** Where Azurite, and so `UseDevelopmentStorage=true`, has its blobs. */
const azuritePort = 10_000

/** What `func start` needs besides this project: each as what to do. Empty where nothing lacks. */
export async function coreToolsLack(env: NodeJS.ProcessEnv, blobPort = azuritePort): Promise<string[]> {
  const [version, hasStorage] = await Promise.all([funcVersion(env), hasOwnStorage(env) || listens(blobPort)])
  const lacks: string[] = []
  if (version?.startsWith('4.') !== true) {
    const found = version === undefined ? 'func does not answer' : `func is ${version}`
    lacks.push(`Azure Functions Core Tools 4 (${found}): npm install --global azure-functions-core-tools@4`)
  }
  if (!hasStorage) {
    const start = 'npx azurite --skipApiVersionCheck --location .oddscast/azurite'
    lacks.push(
      `a storage account for the host's leases and checkpoints: in another terminal, ${start}; or set AzureWebJobsStorage`,
    )
  }
  return lacks
}

const hasOwnStorage = ({ AzureWebJobsStorage: storage = '' }: NodeJS.ProcessEnv) =>
  storage !== '' && storage !== 'UseDevelopmentStorage=true'

/** It may be no more than a shim that waits for a download: then it does not answer either. */
function funcVersion(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile('func', ['--version'], { env, timeout: answersWithinMs, killSignal: 'SIGKILL' }, (error, stdout) =>
      resolve(error === null ? stdout.trim() : undefined),
    )
  })
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: answersWithinMs })
    const end = (isThere: boolean) => {
      socket.destroy()
      resolve(isThere)
    }
    socket
      .once('connect', () => end(true))
      .once('error', () => end(false))
      .once('timeout', () => end(false))
  })
}
