import { createHmac } from 'node:crypto'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { connect as connectSocket, type Socket } from 'node:net'

import rhea, { type Connection, type EventContext, type Message, type Receiver } from 'rhea'
import { describe, expect, it, onTestFinished } from 'vitest'

import { batchFormat } from '../../infra/local/event-hubs/envelope.ts'
import { key } from '../../infra/local/event-hubs/sas.ts'
import { numbered, producer, startBroker } from './event-hubs-harness.ts'

const { message, types } = rhea
const reading = 'prices/ConsumerGroups/$Default/Partitions/0'

/** Clients that behave otherwise than the SDK does; plain rhea plays them. */
describe('the broker, to an unusual client', () => {
  it('cuts events into the frames that the client can take', async () => {
    const { connectionString, port } = await startBroker()
    const long = 'n'.repeat(50_000)
    await producer(connectionString).sendBatch([{ body: 1 }, { body: long }, { body: 2 }], { partitionId: '0' })
    const client = await connect(port, { max_frame_size: 4096 })
    await putToken(client, 'prices')
    const chunks: Buffer[] = []
    client['socket'].on('data', (chunk: Buffer) => chunks.push(chunk))
    const receiver = openReceiver(client, reading)
    const seen = await take(receiver, 3)
    expect(seen.map((m) => JSON.parse(String(m.body.content)) as unknown)).toEqual([1, long, 2])

    const bytes = Buffer.concat(chunks)
    const frameBytes: number[] = []
    for (let at = 0; at < bytes.length; at += frameBytes.at(-1) ?? 0) frameBytes.push(bytes.readUInt32BE(at))
    expect(Math.max(...frameBytes)).toBe(4096)
  })

  it('sends no more transfers than the session of the client has room for', async () => {
    const { connectionString, port } = await startBroker()
    await producer(connectionString).sendBatch(numbered(0, 1000), { partitionId: '0' })
    // rhea throws when more than this many are unsettled.
    const client = await connect(port, { session_buffer_size: 64 })
    await putToken(client, 'prices')
    const receiver = openReceiver(client, reading, { credit_window: 0 })
    receiver.add_credit(1000)
    expect(await take(receiver, 1000)).toHaveLength(1000)
  })

  it('sends no more than it has credit for, and goes on with the next credit', async () => {
    const { connectionString, port } = await startBroker()
    await producer(connectionString).sendBatch(numbered(0, 100), { partitionId: '0' })
    const client = await connect(port)
    await putToken(client, 'prices')
    const receiver = openReceiver(client, reading, { credit_window: 0 })
    const seen: number[] = []
    receiver.on('message', ({ message }: EventContext) => seen.push(Number(String(message?.body.content))))
    await once(receiver, 'receiver_open')
    for (const credit of [3, 7, 90]) {
      receiver.add_credit(credit)
      const wanted = seen.length + credit
      // A request answered after the credit was spent shows that nothing more had been under way.
      while (seen.length < wanted) await putToken(client, 'prices')
      await putToken(client, 'prices')
      expect(seen).toHaveLength(wanted)
    }
    expect(seen).toEqual(Array.from({ length: 100 }, (_, n) => n))
  })

  it('waits for a client that does not read, and then delivers everything', async () => {
    const { connectionString, port } = await startBroker()
    const accepted = new Map<number | undefined, Socket>()
    const note = (event: unknown) => {
      const { socket } = event as { socket: Socket }
      accepted.set(socket.remotePort, socket)
    }
    subscribe('net.server.socket', note)
    onTestFinished(() => {
      unsubscribe('net.server.socket', note)
    })
    const client = await connect(port)
    await putToken(client, 'prices')
    const receiver = openReceiver(client, reading, { credit_window: 0 })
    await once(receiver, 'receiver_open')
    // All credit at once: only the socket can hold the broker back, and only the socket can wake it again.
    receiver.add_credit(2000)
    await putToken(client, 'prices')
    client['socket'].pause()
    const sender = producer(connectionString)
    const filler = 'f'.repeat(9000)
    for (let n = 0; n < 20; n++) {
      await sender.sendBatch(
        numbered(n * 100, 100).map(({ body }) => ({ body: { body, filler } })),
        { partitionId: '0' },
      )
    }
    const unsentBytes = accepted.get(client['socket'].localPort)?.writableLength ?? 0
    expect(unsentBytes).toBeGreaterThan(1_000_000)
    expect(unsentBytes).toBeLessThan(1_500_000)
    client['socket'].resume()
    const seen = await take(receiver, 2000)
    expect(seen.map((m) => (JSON.parse(String(m.body.content)) as { body: number }).body)).toEqual(
      Array.from({ length: 2000 }, (_, n) => n),
    )
  })

  it('lets nobody attach who put no token for it', async () => {
    const { port } = await startBroker()
    const client = await connect(port)
    await putToken(client, 'prices/Partitions/1')
    expect(await refusalOf(openReceiver(client, reading))).toMatchObject({ condition: 'amqp:unauthorized-access' })
    expect(await refusalOf(client.open_sender('prices'))).toMatchObject({ condition: 'amqp:unauthorized-access' })
  })

  it('refuses by name what it does not support', async () => {
    const { port } = await startBroker()
    const client = await connect(port)
    await putToken(client, 'prices')
    const unsupported = { condition: 'amqp:not-implemented' }
    expect(await refusalOf(client.open_sender('prices/Publishers/me'))).toMatchObject(unsupported)
    expect(await refusalOf(openReceiver(client, 'prices'))).toMatchObject(unsupported)
    const idempotent = { target: 'prices/Partitions/0', desired_capabilities: ['com.microsoft:idempotent-producer'] }
    expect(await refusalOf(client.open_sender(idempotent))).toEqual(
      expect.objectContaining({ ...unsupported, description: expect.stringContaining('idempotent publishing') as string }),
    )
    const filter = { 'apache.org:legacy-amqp-topic-binding:string': types.wrap_described('x', 0x468c00000001) }
    const filtered = client.open_receiver({ source: { address: reading, filter }, credit_window: 0 })
    expect(await refusalOf(filtered)).toMatchObject(unsupported)
    const draining = openReceiver(client, reading, { credit_window: 0 })
    await once(draining, 'receiver_open')
    draining.drain_credit()
    expect(await refusalOf(draining)).toMatchObject(unsupported)

    const cbs = await ask(client, '$cbs', { operation: 'delete-token' })
    expect(cbs.application_properties).toMatchObject({ 'status-code': 501, 'error-condition': 'amqp:not-implemented' })
    const jwt = await ask(client, '$cbs', { operation: 'put-token', type: 'jwt', name: 'sb://localhost/prices' })
    expect(jwt.application_properties).toMatchObject({ 'status-code': 501 })
    const management = await ask(client, '$management', { operation: 'DELETE' })
    expect(management.application_properties).toMatchObject({ 'status-code': 501 })
  })

  it('rejects messages that are no proper batch, and stores nothing', async () => {
    const { connectionString, port } = await startBroker()
    const client = await connect(port)
    await putToken(client, 'prices')
    const sender = client.open_sender('prices/Partitions/0')
    await once(sender, 'sendable')
    const outcome = async (send: () => void) => {
      send()
      const [{ delivery }] = (await once(sender, 'rejected')) as [EventContext]
      return (delivery?.remote_state as { error?: { condition?: string } } | undefined)?.error?.condition
    }
    expect(await outcome(() => sender.send({ body: 'single' }))).toBe('amqp:not-implemented')
    expect(await outcome(() => sender.send(Buffer.from('no amqp'), undefined, batchFormat))).toBe('amqp:decode-error')
    const torn = message.encode({ body: message.data_section(Buffer.from([0x00, 0x53, 0x75, 0xa0, 9])) })
    expect(await outcome(() => sender.send(torn, undefined, batchFormat))).toBe('amqp:decode-error')
    const event = message.encode({ body: message.data_section(Buffer.from('1')) })
    const longKey = message.encode({
      body: message.data_sections([event] as never),
      message_annotations: { 'x-opt-partition-key': 'k'.repeat(129) },
    })
    expect(await outcome(() => sender.send(longKey, undefined, batchFormat))).toBe('com.microsoft:argument-error')
    expect(await producer(connectionString).getPartitionProperties('0')).toMatchObject({ isEmpty: true })
  })

  it('stays up when a client sends garbage, leaves mid-frame or announces an endless frame', async () => {
    const { connectionString, port } = await startBroker()
    const header = Buffer.from('AMQP\x00\x01\x00\x00', 'latin1')
    const endless = Buffer.concat([header, Buffer.from([0x7f, 0xff, 0xff, 0xff, 2, 0, 0, 0])])
    for (const bytes of [Buffer.from('GET / HTTP/1.1\r\n\r\n'), Buffer.concat([header, Buffer.alloc(64)]), endless]) {
      const socket = connectSocket(port, '127.0.0.1', () => socket.write(bytes))
      socket.on('error', () => {}).resume()
      await once(socket, 'close')
    }
    const vanishing = connectSocket(port, '127.0.0.1', () => vanishing.end(Buffer.concat([header, Buffer.from([0, 0, 1])])))
    vanishing.resume()
    await once(vanishing, 'close')
    const sender = producer(connectionString)
    await sender.sendBatch(numbered(0, 1), { partitionId: '0' })
    expect(await sender.getPartitionProperties('0')).toMatchObject({ lastEnqueuedSequenceNumber: 0 })
  })
})

async function connect(
  port: number,
  options: { max_frame_size?: number; session_buffer_size?: number } = {},
): Promise<Connection> {
  const container = rhea.create_container()
  container.on('error', () => {})
  const client = container.connect({ port, host: 'localhost', username: 'anonymous', reconnect: false, ...options })
  for (const kind of ['disconnected', 'receiver_error', 'sender_error']) client.on(kind, () => {})
  onTestFinished(async () => {
    if (client.is_closed()) return
    client.close()
    await once(client, 'connection_close')
  })
  await once(client, 'connection_open')
  return client
}

function openReceiver(client: Connection, address: string, options: { credit_window?: number } = {}): Receiver {
  return client.open_receiver({ source: address, ...options })
}

async function take(receiver: Receiver, count: number): Promise<Message[]> {
  const seen: Message[] = []
  const { promise, resolve } = Promise.withResolvers<void>()
  receiver.on('message', ({ message }: EventContext) => {
    if (message !== undefined) seen.push(message)
    if (seen.length === count) resolve()
  })
  await promise
  return seen
}

async function refusalOf(link: { error?: unknown; once(event: string, listener: () => void): unknown; is_receiver(): boolean }) {
  const { promise, resolve } = Promise.withResolvers<void>()
  link.once(link.is_receiver() ? 'receiver_close' : 'sender_close', resolve)
  await promise
  return link.error
}

let requests = 0

async function ask(
  client: Connection,
  address: string,
  properties: Record<string, string>,
  body: unknown = '',
): Promise<Message> {
  const replyTo = `reply-${requests++}`
  const receiver = client.open_receiver({ source: address, name: replyTo })
  const sender = client.open_sender(address)
  await once(sender, 'sendable')
  const answer = once(receiver, 'message') as Promise<[EventContext]>
  sender.send({ message_id: replyTo, reply_to: replyTo, application_properties: properties, body })
  const [{ message: reply }] = await answer
  receiver.close()
  sender.close()
  return reply ?? { body: undefined }
}

async function putToken(client: Connection, path: string): Promise<void> {
  const name = `sb://localhost/${path}`
  const expiry = Math.floor(Date.now() / 1000) + 60
  const sr = encodeURIComponent(name)
  const sig = encodeURIComponent(createHmac('sha256', key).update(`${sr}\n${expiry}`).digest('base64'))
  const token = `SharedAccessSignature sr=${sr}&sig=${sig}&se=${expiry}&skn=local`
  const reply = await ask(client, '$cbs', { operation: 'put-token', type: 'servicebus.windows.net:sastoken', name }, token)
  expect(reply.application_properties).toMatchObject({ 'status-code': 202 })
}
