import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { hopsOf } from '../../../scripts/azure/smoke/hops.ts'

const ours = { pushedAtMs: 1_000, acceptedAtMs: 1_030, receivedAtMs: 1_200, readAtMs: 1_210 }
const theirs = { observedAtMs: 1_015, storedAtMs: 1_060, sentAtMs: 1_180 }
const shifted = (byMs: number) => ({
  observedAtMs: theirs.observedAtMs + byMs,
  storedAtMs: theirs.storedAtMs + byMs,
  sentAtMs: theirs.sentAtMs + byMs,
})

describe('the way of a tick', () => {
  it('is told hop by hop, each since the one before', () => {
    expect(hopsOf(ours, theirs)).toEqual({
      clocksDifferByMs: 0,
      hops: [
        { name: 'accepted', atMs: 30, tookMs: 30 },
        { name: 'stored', atMs: 60, tookMs: 30 },
        { name: 'sent', atMs: 180, tookMs: 120 },
        { name: 'received', atMs: 200, tookMs: 20 },
        { name: 'read', atMs: 210, tookMs: 10 },
      ],
    })
  })

  it('leaves clocks alone that differ by no more than could be seen', () => {
    expect(hopsOf(ours, shifted(10)).clocksDifferByMs).toBe(0)
    expect(hopsOf(ours, shifted(-10)).clocksDifferByMs).toBe(0)
  })

  it('puts other clocks right, to within what the way itself took', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), (byMs) => {
        const { hops, clocksDifferByMs } = hopsOf(ours, shifted(byMs))
        expect(Math.abs(clocksDifferByMs - byMs)).toBeLessThanOrEqual(20)
        const at = Object.fromEntries(hops.map(({ name, atMs }) => [name, atMs]))
        expect(at['stored']).toBeGreaterThanOrEqual(theirs.storedAtMs - theirs.observedAtMs - 0.001)
        expect(at['sent']).toBeLessThanOrEqual((at['received'] ?? 0) + 0.001)
      }),
    )
  })
})
