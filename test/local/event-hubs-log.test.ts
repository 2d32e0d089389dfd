import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import fc from 'fast-check'
import rhea from 'rhea'
import { describe, expect, it } from 'vitest'

import type { Cursor } from '../../infra/local/event-hubs/cursor.ts'
import { type LogLimits, PartitionLog, type StartPosition } from '../../infra/local/event-hubs/log.ts'
import { tempDir } from './event-hubs-harness.ts'

const { message } = rhea

/** Small enough that a few events roll files and leave memory. */
const small: LogLimits = { retentionMs: 1_000_000, maxBytes: 1_000_000, segmentBytes: 2000, recentBytes: 600 }

type Seen = { n: number; sequence: number; offset: number; enqueuedMs: number }

describe('the log of a partition', () => {
  it('gives back what was appended, from any start, across files and restarts', () => {
    const steps = fc.array(
      fc.oneof(
        {
          weight: 6,
          arbitrary: fc.record({ events: fc.integer({ min: 1, max: 6 }), fillerBytes: fc.integer({ min: 0, max: 700 }) }),
        },
        { weight: 1, arbitrary: fc.constant('restart' as const) },
        { weight: 1, arbitrary: fc.constant('tick' as const) },
      ),
      { minLength: 1, maxLength: 25 },
    )
    const dir = tempDir()
    let run = 0
    fc.assert(
      fc.property(steps, fc.nat(), fc.boolean(), (taken, pick, inclusive) => {
        const runDir = join(dir, String(run++))
        let log = new PartitionLog(runDir, small)
        let nowMs = 1000
        let count = 0
        for (const step of taken) {
          if (step === 'restart') {
            log.close()
            log = new PartitionLog(runDir, small)
          } else if (step === 'tick') nowMs += 10
          else {
            log.append(events(count, step.events, step.fillerBytes), 'key', nowMs)
            count += step.events
          }
        }
        const all = drain(log.seek({ from: 'earliest' }))
        expect(all.map((e) => e.n)).toEqual(Array.from({ length: count }, (_, n) => n))
        expect(all.map((e) => e.sequence)).toEqual(all.map((e) => e.n))
        expect(log.state()).toMatchObject({ lastSequence: count - 1, lastOffset: all.at(-1)?.offset ?? -1, isEmpty: count === 0 })
        expect(drain(log.seek({ from: 'latest' }))).toEqual([])

        const { sequence, offset, enqueuedMs } = all[pick % Math.max(1, all.length)] ?? { sequence: 0, offset: 0, enqueuedMs: 0 }
        const after = (key: keyof Seen, value: number) => all.filter((e) => (inclusive ? e[key] >= value : e[key] > value))
        const from = (kind: 'offset' | 'sequence' | 'enqueuedTime', value: number) =>
          drain(log.seek({ from: kind, value, inclusive } satisfies StartPosition))
        expect(from('sequence', sequence)).toEqual(after('sequence', sequence))
        expect(from('offset', offset)).toEqual(after('offset', offset))
        expect(from('offset', offset - 1)).toEqual(after('offset', offset - 1))
        expect(from('enqueuedTime', enqueuedMs)).toEqual(after('enqueuedMs', enqueuedMs))
        log.close()
      }),
      { numRuns: 60 },
    )
  })

  it('lets a reader follow while it is written', () => {
    const log = new PartitionLog(tempDir(), small)
    const cursor = log.seek({ from: 'latest' })
    let wakes = 0
    const stop = log.watch(() => wakes++)
    const seen: number[] = []
    for (let n = 0; n < 50; n += 5) {
      log.append(events(n, 5, 100), undefined, n)
      // Every second time only, so that some of it must come from files already rolled.
      if (n % 10 === 0) seen.push(...drain(cursor).map((e) => e.n))
    }
    seen.push(...drain(cursor).map((e) => e.n))
    stop()
    log.append(events(50, 1, 0), undefined, 50)
    expect(seen).toEqual(Array.from({ length: 50 }, (_, n) => n))
    expect(wakes).toBe(10)
    log.close()
  })

  it('removes a batch that was cut short, wherever the cut, and goes on behind the last whole one', () => {
    const dir = tempDir()
    const original = new PartitionLog(dir, small)
    original.append(events(0, 3, 20), 'key', 1)
    const wholeBytes = original.end
    original.append(events(3, 2, 20), 'key', 2)
    original.close()
    const [file = ''] = readdirSync(dir)
    const path = join(dir, file)
    const bytes = readFileSync(path)

    for (let cut = wholeBytes; cut < bytes.length; cut += 7) {
      writeFileSync(path, bytes.subarray(0, cut))
      const log = new PartitionLog(dir, small)
      expect(log.tornBytes).toBe(cut - wholeBytes)
      expect(statSync(path).size).toBe(wholeBytes)
      log.append(events(3, 1, 0), 'key', 3)
      expect(drain(log.seek({ from: 'earliest' })).map((e) => e.n)).toEqual([0, 1, 2, 3])
      log.close()
    }
  })

  it('does not deliver a record whose bytes changed on disk', () => {
    const dir = tempDir()
    const log = new PartitionLog(dir, { ...small, recentBytes: 0 })
    log.append(events(0, 1, 100), undefined, 1)
    const [file = ''] = readdirSync(dir)
    const bytes = readFileSync(join(dir, file))
    bytes.writeUInt8(bytes.readUInt8(90) ^ 1, 90)
    writeFileSync(join(dir, file), bytes)
    expect(() => log.seek({ from: 'earliest' }).load()).toThrow(/is damaged at byte 0: .* Delete the hub's folder/)
    log.close()
  })

  it('deletes whole files past their size or age, and readers go on at the oldest kept event', () => {
    const dir = tempDir()
    const log = new PartitionLog(dir, { ...small, maxBytes: 6000 })
    const slow = log.seek({ from: 'earliest' })
    for (let n = 0; n < 40; n++) log.append(events(n, 1, 300), undefined, n)
    const { beginSequence } = log.state()
    expect(beginSequence).toBeGreaterThan(10)
    expect(readdirSync(dir).reduce((sum, file) => sum + statSync(join(dir, file)).size, 0)).toBeLessThan(8000)
    expect(drain(slow).map((e) => e.n)).toEqual(Array.from({ length: 40 - beginSequence }, (_, n) => n + beginSequence))
    expect(drain(log.seek({ from: 'sequence', value: 3, inclusive: true }))[0]?.n).toBe(beginSequence)

    log.retire(39 + small.retentionMs - 1)
    expect(log.state()).toMatchObject({ isEmpty: false, lastSequence: 39 })
    log.retire(39 + small.retentionMs)
    expect(log.state()).toMatchObject({ isEmpty: true, beginSequence: 40, lastSequence: 39 })
    log.close()

    const reopened = new PartitionLog(dir, small)
    reopened.append(events(40, 1, 0), undefined, 0)
    expect(drain(reopened.seek({ from: 'earliest' }))).toMatchObject([{ n: 40, sequence: 40 }])
    reopened.close()
  })

  it('keeps times in order when the clock is set back', () => {
    const log = new PartitionLog(tempDir(), small)
    for (const nowMs of [500, 400, 600]) log.append(events(0, 1, 0), undefined, nowMs)
    expect(drain(log.seek({ from: 'earliest' })).map((e) => e.enqueuedMs)).toEqual([500, 500, 600])
    log.close()
  })

  it('finds a file of zeros, as a power cut leaves them, to hold nothing', () => {
    const dir = tempDir()
    const log = new PartitionLog(dir, small)
    log.append(events(0, 1, 0), undefined, 1)
    log.close()
    const [file = ''] = readdirSync(dir)
    const { size } = statSync(join(dir, file))
    truncateSync(join(dir, file), size + 4096)
    const reopened = new PartitionLog(dir, small)
    expect(reopened.tornBytes).toBe(4096)
    expect(reopened.state()).toMatchObject({ lastSequence: 0 })
    reopened.close()
  })
})

function events(from: number, count: number, fillerBytes: number): Buffer[] {
  return Array.from({ length: count }, (_, n) =>
    message.encode({ body: message.data_section(Buffer.from(JSON.stringify({ n: from + n, filler: 'x'.repeat(fillerBytes) }))) }),
  )
}

/** Everything up to the end of the log, with the stamps inside the messages checked against the cursor. */
function drain(cursor: Cursor): Seen[] {
  const seen: Seen[] = []
  for (; cursor.load(); cursor.advance()) {
    const { sequence, offset, enqueuedMs } = cursor
    const { body, message_annotations: stamps } = message.decode(cursor.chunk.subarray(cursor.start, cursor.end))
    expect(stamps).toMatchObject({
      'x-opt-sequence-number': sequence,
      'x-opt-offset': String(offset),
      'x-opt-enqueued-time': new Date(enqueuedMs),
    })
    const { n } = JSON.parse(String(body.content)) as { n: number }
    seen.push({ n, sequence, offset, enqueuedMs })
  }
  return seen
}
