import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'

import rhea, { type Container } from 'rhea'

import { type Clock, systemClock } from '../clock.ts'
import type { Broker, Log } from './broker.ts'
import { maxFrameBytes, serve } from './connection.ts'
import { Hub, type HubSpec } from './hub.ts'
import type { LogLimits, PartitionLog } from './log.ts'
import { Peer } from './peer.ts'
import { maxMessageBytes } from './publish.ts'
import { key, keyName } from './sas.ts'

export type EventHubsOptions = {
  /** 0 picks a free one. */
  port: number
  dataDir: string
  hubs: Record<string, HubSpec>
  clock?: Clock
  log?: Log
  /** Whether batches are refused now, as the service refuses those beyond its throughput units. */
  busy?: () => boolean
}

export type EventHubsServer = { port: number; connectionString: string; close(): Promise<void> }

/** A day is what the service keeps by default; 256 MiB of at most 32 partitions fit any disk. */
const limits: LogLimits = {
  retentionMs: 24 * 3_600_000,
  maxBytes: 256 * 1_048_576,
  segmentBytes: 16 * 1_048_576,
  recentBytes: 2 * 1_048_576,
}
const retireEveryMs = 10 * 60_000
const closeWithinMs = 500

/** An Event Hubs namespace on this machine, for clients that use the connection string it returns. */
export async function startEventHubs(options: EventHubsOptions): Promise<EventHubsServer> {
  const { clock = systemClock, log = () => {}, busy = () => false } = options
  const hubs = openHubs(options, clock, log)
  const broker: Broker = { hubs, clock, log, busy }
  const container = rhea.create_container({ id: 'oddscast-event-hubs' })
  offerSasl(container)

  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    const connection = container.create_connection(amqpOptions as never)
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    const accept: (socket: Socket) => void = connection['accept'].bind(connection)
    accept(socket)
    serve(new Peer(broker, socket), connection)
  })
  try {
    server.listen(options.port, '127.0.0.1')
    await once(server, 'listening')
  } catch (error) {
    for (const hub of hubs.values()) hub.close()
    throw new Error(`port ${options.port} cannot be listened on: free it, or use port 0 for any free one.`, { cause: error })
  }
  const stopRetiring = retireRegularly(
    [...hubs.values()].flatMap((hub) => hub.partitions),
    clock,
  )
  const { port } = server.address() as AddressInfo
  const stop = async () => {
    stopRetiring()
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) dismiss(socket)
    await closed
    for (const hub of hubs.values()) hub.close()
  }
  let stopped: Promise<void> | undefined

  return {
    port,
    connectionString: `Endpoint=sb://localhost:${port};SharedAccessKeyName=${keyName};SharedAccessKey=${key};UseDevelopmentEmulator=true`,
    close: () => (stopped ??= stop()),
  }
}

const amqpOptions = {
  max_frame_size: maxFrameBytes,
  channel_max: 4999,
  idle_time_out: 240_000,
  tcp_no_delay: true,
  receiver_options: { autoaccept: false, credit_window: 300, max_message_size: maxMessageBytes },
}

function openHubs({ hubs, dataDir }: EventHubsOptions, clock: Clock, log: Log): Map<string, Hub> {
  const opened = new Map<string, Hub>()
  try {
    for (const [name, spec] of Object.entries(hubs)) {
      const hub = new Hub(name, spec, dataDir, clock.nowMs(), limits)
      opened.set(name.toLowerCase(), hub)
      for (const [partition, { tornBytes }] of hub.partitions.entries()) {
        if (tornBytes > 0) log('unfinished batch removed', { hub: name, partition, tornBytes })
      }
    }
    return opened
  } catch (error) {
    for (const hub of opened.values()) hub.close()
    throw error
  }
}

/** Clients prove themselves to `$cbs` afterwards, as they do with the service, so any of these lets them in. */
function offerSasl(container: Container): void {
  for (const mechanism of ['ANONYMOUS', 'MSSBCBS', 'EXTERNAL']) {
    container.sasl_server_mechanisms[mechanism] = () => ({
      outcome: undefined,
      start() {
        Object.assign(this, { outcome: true })
      },
    })
  }
}

function retireRegularly(partitions: readonly PartitionLog[], clock: Clock): () => void {
  let cancel: () => void
  const retire = () => {
    for (const partition of partitions) partition.retire(clock.nowMs())
    cancel = clock.after(retireEveryMs, retire)
  }
  retire()
  return () => cancel()
}

/**
 * Hangs up without an AMQP close: the SDK, told that its connection closes, tries to reopen that very connection and fails for good
 * if the socket ends meanwhile, while a bare hang-up makes it connect anew. A client that does not hang up in turn is not waited for.
 */
function dismiss(socket: Socket): void {
  socket.end()
  const impatience = setTimeout(() => socket.destroy(new Error('the client did not hang up')), closeWithinMs)
  socket.on('close', () => clearTimeout(impatience))
}
