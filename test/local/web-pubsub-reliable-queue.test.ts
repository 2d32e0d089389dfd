import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import {
  mostUnacknowledged,
  mostUnacknowledgedBytes,
  type Queueable,
  ReliableQueue,
} from '../../infra/local/web-pubsub/client/reliable.ts'

type Numbered = Queueable & { nth: number }
const message = (nth: number, bytes = 10, expiresAtMs = Number.POSITIVE_INFINITY): Numbered => ({
  nth,
  reliableHead: { length: bytes },
  expiresAtMs,
})

const step = fc.oneof(
  fc.record({ does: fc.constant('push' as const), ttlMs: fc.option(fc.integer({ min: 1, max: 20 })) }),
  fc.record({ does: fc.constant('acknowledge' as const), upTo: fc.integer({ min: 0, max: 60 }) }),
  fc.record({ does: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 15 }) }),
)

describe('the queue of a reliable connection', () => {
  it('replays exactly what was pushed, not acknowledged and not expired, in order and with its first number', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const queue = new ReliableQueue<Numbered>()
        let nowMs = 0
        let model: { sequenceId: number; message: Numbered }[] = []
        let pushed = 0
        for (const now of steps) {
          if (now.does === 'wait') nowMs += now.ms
          if (now.does === 'acknowledge') {
            queue.acknowledge(now.upTo)
            if (now.upTo <= pushed) model = model.filter(({ sequenceId }) => sequenceId > now.upTo)
          }
          if (now.does === 'push') {
            const next = message(++pushed, 10, now.ttlMs === null ? Number.POSITIVE_INFINITY : nowMs + now.ttlMs)
            expect(queue.push(next, nowMs)).toEqual({ kind: 'queued', entry: { sequenceId: pushed, message: next } })
            model.push({ sequenceId: pushed, message: next })
          }
        }
        expect(queue.unacknowledged(nowMs)).toEqual(model.filter(({ message }) => message.expiresAtMs > nowMs))
        expect(queue.bytes).toBe(queue.length * 10)
      }),
      { numRuns: 500 },
    )
  })

  it('takes 1,000 unacknowledged messages and not one more', () => {
    const queue = new ReliableQueue<Numbered>()
    for (let nth = 1; nth <= mostUnacknowledged; nth++) expect(queue.push(message(nth), 0).kind).toBe('queued')
    expect(queue.push(message(0), 0).kind).toBe('overflow')
    queue.acknowledge(1)
    expect(queue.push(message(0), 0)).toMatchObject({ kind: 'queued', entry: { sequenceId: 1_001 } })
  })

  it('takes 16 MB and not a byte more', () => {
    const queue = new ReliableQueue<Numbered>()
    expect(queue.push(message(1, mostUnacknowledgedBytes), 0).kind).toBe('queued')
    expect(queue.push(message(2, 1), 0).kind).toBe('overflow')
  })

  it('makes room by what has expired before it gives up', () => {
    const queue = new ReliableQueue<Numbered>()
    for (let nth = 1; nth <= mostUnacknowledged; nth++) queue.push(message(nth, 10, 5), 0)
    expect(queue.push(message(0), 4).kind).toBe('overflow')
    expect(queue.push(message(0), 5).kind).toBe('queued')
  })
})
