import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import path from 'node:path'

/**
 * One stack per data folder. The holder listens on a port that it writes into the folder; whoever comes next knocks there. A holder
 * that was killed answers nobody, so its file is known to be stale, whatever has become of its process id.
 */
export async function lockFolder(folder: string): Promise<{ release(): Promise<void> }> {
  await mkdir(folder, { recursive: true })
  const file = path.join(folder, 'lock.json')
  const holder = await readHolder(file)
  if (holder !== undefined && (await answers(holder))) throw new FolderInUse(folder, holder.pid)
  const server = await listen(path.resolve(folder))
  await writeFile(file, JSON.stringify({ pid: process.pid, port: server.port, folder: path.resolve(folder) }))
  return {
    async release() {
      await new Promise((done) => server.server.close(done))
      await rm(file, { force: true })
    },
  }
}

export class FolderInUse extends Error {
  constructor(folder: string, pid: number) {
    super(
      `Another Oddscast (process ${pid}) is using ${folder}. Stop it with Ctrl-C or \`kill ${pid}\`, or give this one a folder of its own: npm start -- --data-dir .oddscast-2`,
    )
    this.name = 'FolderInUse'
  }
}

type Holder = { pid: number; port: number; folder: string }

const greeting = (folder: string) => `oddscast ${folder}\n`

async function readHolder(file: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Holder
  } catch {
    return undefined
  }
}

async function listen(folder: string): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => socket.on('error', () => undefined).end(greeting(folder)))
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  server.unref()
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('The lock has no port')
  return { server, port: address.port }
}

function answers({ port, folder }: Holder): Promise<boolean> {
  return new Promise((resolve) => {
    let heard = ''
    const socket = connect({ port, host: '127.0.0.1', timeout: 1_000 })
    socket.on('data', (chunk) => (heard += chunk.toString()))
    socket.on('timeout', () => socket.destroy())
    socket.on('error', () => resolve(false))
    socket.on('close', () => resolve(heard === greeting(folder)))
  })
}
