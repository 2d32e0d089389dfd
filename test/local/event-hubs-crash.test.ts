import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

import { EventHubConsumerClient } from '@azure/event-hubs'
import { describe, expect, it, onTestFinished } from 'vitest'

import { topics } from '../../infra/names.ts'
import { noRetry, producer, read, retryOptions, tempDir } from './event-hubs-harness.ts'

const { hub } = topics.politics
const main = fileURLToPath(new URL('../../infra/local/event-hubs/main.ts', import.meta.url))

describe('the broker as a process', () => {
  it('keeps every acknowledged event, exactly in order, when it is killed under load', async () => {
    const dataDir = tempDir()
    const next = new Map(
      Array.from({ length: topics.politics.partitions }, (_, id) => [String(id), { sent: 0, acknowledged: 0 }]),
    )
    for (let kill = 0; kill < 2; kill++) {
      const broker = await startProcess(dataDir)
      const client = producer(broker.connectionString, noRetry, hub)
      const gone = new AbortController()
      let acknowledged = 0
      const { promise: enough, resolve } = Promise.withResolvers<void>()
      const load = [...next].map(async ([partitionId, progress]) => {
        // Until the broker is gone; a batch that failed may have been stored, so the next life continues behind what is there.
        for (;;) {
          const batch = Array.from({ length: 20 }, (_, n) => ({ body: { n: progress.sent + n, filler: 'x'.repeat(100) } }))
          progress.sent += batch.length
          try {
            await client.sendBatch(batch, { partitionId, abortSignal: gone.signal })
          } catch {
            return
          }
          progress.acknowledged = progress.sent
          acknowledged += batch.length
          if (acknowledged > 3000) resolve()
        }
      })
      await enough
      broker.process.kill('SIGKILL')
      await exitOf(broker.process)
      gone.abort()
      await Promise.all(load)

      const { connectionString } = await startProcess(dataDir)
      const consumer = new EventHubConsumerClient('dedupe', connectionString, hub, { retryOptions })
      onTestFinished(() => consumer.close())
      for (const [partition, progress] of next) {
        const { lastEnqueuedSequenceNumber: last } = await consumer.getPartitionProperties(partition)
        const stored = last + 1
        expect(stored).toBeGreaterThanOrEqual(progress.acknowledged)
        expect(stored % 20).toBe(0)
        const events = await read(consumer, partition, stored)
        expect(events.map((event) => (event.body as { n: number }).n)).toEqual(Array.from({ length: stored }, (_, n) => n))
        expect(events.map((event) => event.sequenceNumber)).toEqual(Array.from({ length: stored }, (_, n) => n))
        progress.sent = stored
      }
    }
  })

  it('prints one line, says when it is ready, and ends cleanly on SIGTERM', async () => {
    const { process: child, line, port } = await startProcess(tempDir())
    expect(line).toBe(`event hubs odds-politics, odds-sports on localhost:${port}\n`)
    child.kill('SIGTERM')
    expect(await exitOf(child)).toBe(0)
  })

  it('ends when its parent is gone', async () => {
    const { process: child } = await startProcess(tempDir())
    child.disconnect()
    expect(await exitOf(child)).toBe(0)
  })

  it('explains its arguments', async () => {
    const child = fork(main, ['--port', 'x'], { silent: true })
    const [message] = child.stderr === null ? [] : ((await once(child.stderr, 'data')) as [Buffer])
    expect(String(message)).toContain('--data-dir')
    expect(await exitOf(child)).toBe(2)
  })
})

async function startProcess(dataDir: string) {
  const child = fork(main, ['--port', '0', '--data-dir', dataDir], { silent: true })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  const lines = child.stdout === null ? Promise.resolve(['']) : once(child.stdout, 'data')
  const [ready] = (await once(child, 'message')) as [{ ready: boolean; port: number; connectionString: string }]
  const [line] = (await lines) as [Buffer]
  return { process: child, line: String(line), ...ready }
}

async function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return child.exitCode
}
