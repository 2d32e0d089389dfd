import path from 'node:path'

import { EventHubProducerClient, type EventData } from '@azure/event-hubs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { startEventHubs, type EventHubsServer } from '../../infra/local/event-hubs/server.ts'
import { eventually, makeApp, run, type Running, type TestApp } from './functions-host-app.ts'

const retryOptions = { retryDelayInMs: 300, timeoutInMs: 8_000, maxRetries: 10 }
const eventHubs = { maxEventBatchSize: 20, prefetchCount: 60 }

/** The app says what it was given; `options` go into the trigger, `handle` is its code. */
const reading = (options: string, handle = `context.log(JSON.stringify(events))`, setup = '') => `
  import { app, trigger } from '@azure/functions'
  ${setup}
  app.generic('dedupe', {
    trigger: trigger.generic({ type: 'eventHubTrigger', connection: 'EVENT_HUBS', eventHubName: '%HUB%', consumerGroup: 'dedupe', ${options} }),
    handler: async (events, context) => { ${handle} },
  })
`

describe('the Event Hubs trigger', () => {
  let app: TestApp
  let broker: EventHubsServer
  let producer: EventHubProducerClient
  let running: Running | undefined

  beforeEach(async () => {
    app = await makeApp('')
    await openBroker(0)
  })
  afterEach(async () => {
    await running?.stop()
    await producer.close()
    await broker.close()
    await app.remove()
  })

  async function openBroker(port: number) {
    const hubs = { 'odds-test': { partitions: 2, consumerGroups: ['dedupe'] } }
    broker = await startEventHubs({ port, dataDir: path.join(app.dir, 'broker'), hubs })
    producer = new EventHubProducerClient(broker.connectionString, 'odds-test', { retryOptions })
  }
  async function start(source: string, hostJson: object = { eventHubs }) {
    await app.write('app.js', source)
    await app.write('host.json', JSON.stringify({ version: '2.0', extensions: hostJson }))
    running = await run(app, { env: { EVENT_HUBS: broker.connectionString, HUB: 'odds-test' } })
    return running
  }
  const send = (partitionId: string, ...bodies: EventData['body'][]) =>
    producer.sendBatch(
      bodies.map((body) => ({ body })),
      { partitionId },
    )
  const checkpoints = async () => {
    const [first] = (await (await fetch(`${running?.host.url}/admin/functions`)).json()) as {
      checkpoints: { sequenceNumber: number }[]
    }[]
    return first?.checkpoints.map(({ sequenceNumber }) => sequenceNumber)
  }

  it('hands binary batches over as they were sent, with the metadata of Azure', async () => {
    const { logs } = await start(
      reading(
        `cardinality: 'many', dataType: 'binary'`,
        `const { partitionContext, ...rest } = context.triggerMetadata
         context.log(JSON.stringify({ texts: events.map(String), buffers: events.every(Buffer.isBuffer), partitionContext, ...rest }))`,
      ),
    )
    const events = [
      { body: Buffer.from('one'), properties: { Kind: 'a' } },
      { body: Buffer.from('{"two":2}'), messageId: 'm2' },
    ]
    await producer.sendBatch(events, { partitionKey: 's1' })
    await logs.until(() => logs.said().length === 1)
    const seen = JSON.parse(logs.said()[0] ?? '') as Record<string, unknown>
    expect(seen).toMatchObject({
      texts: ['one', '{"two":2}'],
      buffers: true,
      partitionContext: { eventHubName: 'odds-test', consumerGroup: 'dedupe', fullyQualifiedNamespace: 'localhost' },
      partitionKeyArray: ['s1', 's1'],
      sequenceNumberArray: [0, 1],
      propertiesArray: [{ kind: 'a' }, {}],
      systemPropertiesArray: [
        { sequenceNumber: 0, partitionKey: 's1' },
        { sequenceNumber: 1, messageId: 'm2' },
      ],
    })
    expect(seen.enqueuedTimeUtcArray).toEqual([
      expect.stringMatching(/^\d{4}-[\d:T.-]+$/),
      expect.stringMatching(/^\d{4}-[\d:T.-]+$/),
    ])
    expect((seen.offsetArray as unknown[]).every(Number.isInteger)).toBe(true)
  })

  it('drops empty strings from string arrays, unless the app asks to keep them', async () => {
    const handle = `context.log(JSON.stringify([events, context.triggerMetadata.partitionKeyArray]))`
    const first = await start(reading(`cardinality: 'many', dataType: 'string'`, handle))
    await send('0', Buffer.from('a'), Buffer.from(''), Buffer.from('7'))
    await first.logs.until(() => first.logs.said().length === 1)
    expect(first.logs.said()).toEqual([JSON.stringify([['a', 7], []])])
    const setup = `app.setup({ capabilities: { IncludeEmptyEntriesInMessagePayload: true } })`
    await app.write('app.js', reading(`cardinality: 'many', dataType: 'string'`, handle, setup))
    await first.host.reload()
    await send('0', Buffer.from('a'), Buffer.from(''), Buffer.from('7'))
    await first.logs.until(() => first.logs.said().length === 2)
    expect(first.logs.said()[1]).toBe(
      JSON.stringify([
        ['a', '', 7],
        ['', '', ''],
      ]),
    )
  })

  it('parses a batch without dataType itself: a body that is no JSON fails it all, and it is checkpointed nonetheless', async () => {
    const { logs } = await start(reading(`cardinality: 'many'`))
    await send('0', Buffer.from('{"a":1}'), Buffer.from('not json'))
    await logs.until(() => logs.all('function failed').length === 1)
    expect(logs.all('function failed')[0]?.fields.error).toContain('sequence number 1 is not JSON')
    await eventually(async () => expect(await checkpoints()).toEqual([1]))
    await send('0', { at: '2026-01-01T00:00:00.120Z' })
    await logs.until(() => logs.said().length === 1)
    expect(logs.said()).toEqual(['[{"at":"2026-01-01T00:00:00.12Z"}]'])
  })

  it('calls once per event without cardinality, and checkpoints after the last', async () => {
    const { logs } = await start(
      reading(
        '',
        `context.log(JSON.stringify([events, context.triggerMetadata.sequenceNumber, context.triggerMetadata.partitionContext.partitionId]))`,
      ),
    )
    await send('1', { n: 1 }, { n: 2 })
    await logs.until(() => logs.said().length === 2)
    expect(logs.said()).toEqual(['[{"n":1},0,"1"]', '[{"n":2},1,"1"]'])
    await eventually(async () => expect(await checkpoints()).toEqual([1]))
  })

  it('runs one batch of a partition at a time, and the partitions side by side', async () => {
    const handle = `
      const { partitionId } = context.triggerMetadata.partitionContext
      if (globalThis.busy?.has(partitionId)) context.log('overlap')
      globalThis.busy = new Set([...(globalThis.busy ?? []), partitionId])
      if (globalThis.busy.size === 2) context.log('both')
      await new Promise((done) => setTimeout(done, 30))
      globalThis.busy.delete(partitionId)
      context.log(partitionId + ':' + events.map(({ n }) => n))`
    const { logs } = await start(reading(`cardinality: 'many', dataType: 'string'`, handle))
    for (let n = 0; n < 5; n++) await Promise.all([send('0', { n }), send('1', { n })])
    const of = (partition: string) =>
      logs
        .said()
        .filter((line) => line.startsWith(`${partition}:`))
        .flatMap((line) => line.slice(2).split(','))
    await logs.until(() => of('0').length === 5 && of('1').length === 5)
    expect([of('0'), of('1')]).toEqual([
      ['0', '1', '2', '3', '4'],
      ['0', '1', '2', '3', '4'],
    ])
    expect(logs.said()).toContain('both')
    expect(logs.said()).not.toContain('overlap')
  })

  it('goes past a batch that fails, and with a retry policy runs it again first', async () => {
    const failing = `context.log(events[0].n + ' ' + (context.retryContext?.retryCount ?? '-')); throw new Error('no')`
    const { logs, host } = await start(reading(`cardinality: 'many', dataType: 'string'`, failing))
    await send('0', { n: 1 })
    await eventually(async () => expect(await checkpoints()).toEqual([0]))
    const retry = `retry: { strategy: 'fixedDelay', maxRetryCount: 1, delayInterval: { milliseconds: 0 } },\n handler:`
    await app.write('app.js', reading(`cardinality: 'many', dataType: 'string'`, failing).replace('handler:', retry))
    await host.reload()
    await send('0', { n: 2 })
    await eventually(async () => expect(await checkpoints()).toEqual([1]))
    expect(logs.said()).toEqual(['1 -', '2 0', '2 1'])
  })

  it('runs a batch again whose worker was killed in the middle, and nothing that was done before', async () => {
    const handle = `
      context.log(events[0].n + ' by ' + process.pid)
      if (events[0].n === 2 && !(await import('node:fs')).existsSync('survived')) {
        ;(await import('node:fs')).writeFileSync('survived', '')
        process.kill(process.pid, 'SIGKILL')
        await new Promise(() => {})
      }`
    const { logs } = await start(reading(`cardinality: 'many', dataType: 'string'`, handle))
    await send('0', { n: 1 })
    await logs.until(() => logs.said().length === 1)
    await send('0', { n: 2 })
    await logs.until(() => logs.said().some((line) => line.startsWith('2')) && logs.all('worker started').length === 2)
    await send('0', { n: 3 })
    await eventually(async () => expect(await checkpoints()).toEqual([2]))
    const numbers = logs.said().map((line) => line.split(' ')[0])
    expect(numbers.filter((n) => n === '1')).toHaveLength(1)
    expect(numbers.slice(-2)).toEqual(['2', '3'])
    expect(logs.all('invocation lost')).toHaveLength(1)
  })

  it('goes on from its checkpoint after a restart of the host', async () => {
    const source = reading(`cardinality: 'many', dataType: 'string'`)
    const first = await start(source)
    await send('0', { n: 1 })
    await eventually(async () => expect(await checkpoints()).toEqual([0]))
    await first.stop()
    await send('0', { n: 2 })
    const second = await start(source)
    await second.logs.until(() => second.logs.said().length === 1)
    expect(second.logs.said()).toEqual(['[{"n":2}]'])
  })

  it('begins at the first start when host.json says from the end, and keeps that place', async () => {
    const source = reading(`cardinality: 'many', dataType: 'string'`)
    const extensions = { eventHubs: { ...eventHubs, initialOffsetOptions: { type: 'fromEnd' } } }
    await send('0', { n: 1 })
    const first = await start(source, extensions)
    await eventually(async () => expect(await checkpoints()).toEqual([0, -1]))
    await first.stop()
    await send('0', { n: 2 })
    await send('1', { n: 3 })
    const second = await start(source, extensions)
    await second.logs.until(() => second.logs.said().length === 2)
    expect(second.logs.said().toSorted()).toEqual(['[{"n":2}]', '[{"n":3}]'])
  })

  it('is back by itself when the broker goes away and returns', async () => {
    const { logs } = await start(reading(`cardinality: 'many', dataType: 'string'`))
    await send('0', { n: 1 })
    await logs.until(() => logs.said().length === 1)
    const { port } = broker
    await producer.close()
    await broker.close()
    await openBroker(port)
    await send('0', { n: 2 })
    await logs.until(() => logs.said().length === 2, 5_000)
    expect(logs.said()).toEqual(['[{"n":1}]', '[{"n":2}]'])
  })
})
