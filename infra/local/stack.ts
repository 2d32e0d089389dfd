import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { appSettings } from '../app-settings.ts'
import { freePort } from './ports.ts'
import { supervise, type Supervised } from './supervised.ts'

export const serverNames = ['event-hubs', 'cosmos', 'web-pubsub', 'functions-host'] as const
export type ServerName = (typeof serverNames)[number]

export type StackOptions = {
  /** Where host.json, package.json and the built app are. */
  appDir: string
  dataDir: string
  /** Where the page is wanted; any free port if it is taken. */
  pagePort: number
  /** What the app is told besides how to reach the servers: FEEDS, PREDICTIT_URL, … */
  env: Readonly<Record<string, string | undefined>>
  /** Whose Functions host runs the app: ours unless it is said. The other may have much to download when it first starts. */
  host?: 'functions-host' | 'core-tools'
  /** Programs beside the app that are told what it is told: each says when it is ready, as the servers do. */
  workers?: readonly { name: string; file: string }[]
  onStarted?: (name: string, tookMs: number) => void
  onLine?: (name: string, line: string) => void
  onDeath?: (name: string, how: string, inMs: number) => void
}

export type Stack = {
  url: string
  /** Why the app does not run, although everything around it does: its code or its settings. */
  problem: string | undefined
  /** EVENT_HUBS, COSMOS and WEB_PUBSUB, as any client on this machine may use them. */
  settings: Record<string, string>
  /** Of a server, or of a worker by its name. */
  pid(name: string): number | undefined
  stop(): Promise<void>
}

const coreToolsReadyWithinMs = 300_000

/**
 * The whole cloud on one machine: four servers, each a process of its own, so that each can be killed and comes back alone. Ports are
 * remembered in the data folder: clients find everything where it was.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  await mkdir(options.dataDir, { recursive: true })
  const ports = await choosePorts(options)
  const running: Supervised[] = []
  const run = async (
    name: string,
    file: string,
    args: string[],
    env: NodeJS.ProcessEnv,
    readyWithinMs?: number,
  ): Promise<Supervised> => {
    const startedMs = Date.now()
    const server = await supervise({
      name,
      file,
      args,
      env,
      ...(readyWithinMs === undefined ? {} : { readyWithinMs }),
      onLine: options.onLine ?? (() => undefined),
      onDeath: options.onDeath ?? (() => undefined),
    })
    running.push(server)
    options.onStarted?.(name, Date.now() - startedMs)
    return server
  }
  const start = (name: ServerName, extraArgs: string[], env: NodeJS.ProcessEnv, program: string = name): Promise<Supervised> => {
    const args = ['--port', String(ports[name]), '--data-dir', path.join(options.dataDir, name), ...extraArgs]
    const readyWithinMs = program === 'core-tools' ? coreToolsReadyWithinMs : undefined
    return run(name, path.join(import.meta.dirname, program, 'main.ts'), args, env, readyWithinMs)
  }
  const stop = async () => {
    // Workers and the host first: they still have work to hand to the others.
    const isService = ({ name }: Supervised) => name !== 'functions-host' && serverNames.some((server) => server === name)
    await Promise.all(running.filter((one) => !isService(one)).map((one) => one.stop()))
    await Promise.all(running.map((one) => one.stop()))
  }
  try {
    const env = { ...process.env, NODE_OPTIONS: process.env['NODE_OPTIONS'] ?? '' }
    const events = `http://127.0.0.1:${ports['functions-host']}/api/webpubsub/{hub}/{event}`
    const services = await Promise.all([
      start('event-hubs', [], env),
      start('cosmos', [], env),
      start('web-pubsub', ['--upstream', events], env),
    ])
    const [eventHubs, cosmos, webPubSub] = services.map((service) => service.ready().connectionString ?? '')
    const settings = appSettings({
      kind: 'connection-strings',
      eventHubs: eventHubs ?? '',
      cosmos: cosmos ?? '',
      webPubSub: webPubSub ?? '',
    })
    const told = { ...env, ...options.env, ...settings }
    const host = await start('functions-host', ['--app-dir', options.appDir], told, options.host)
    const workers = host.ready().problem === undefined ? (options.workers ?? []) : []
    await Promise.all(workers.map(({ name, file }) => run(name, file, [], told)))
    return {
      url: `http://localhost:${host.ready().port}/`,
      problem: host.ready().problem,
      settings,
      pid: (name) => running.find((server) => server.name === name)?.pid(),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

async function choosePorts({ dataDir, pagePort }: StackOptions): Promise<Record<ServerName, number>> {
  const file = path.join(dataDir, 'ports.json')
  const before = await rememberedPorts(file)
  const ports = {
    'event-hubs': await freePort(before['event-hubs'] ?? 0),
    cosmos: await freePort(before['cosmos'] ?? 0),
    'web-pubsub': await freePort(before['web-pubsub'] ?? 0),
    'functions-host': await freePort(pagePort === 0 ? (before['functions-host'] ?? 0) : pagePort),
  }
  await writeFile(file, JSON.stringify(ports))
  return ports
}

async function rememberedPorts(file: string): Promise<Partial<Record<string, number>>> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Partial<Record<string, number>>
  } catch {
    return {}
  }
}
