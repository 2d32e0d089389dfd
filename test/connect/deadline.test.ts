import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { withDeadline } from '../../functions/connect/deadline.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Work that ends only by its signal. */
const forEver = (signal: AbortSignal) =>
  new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error))
  })

describe('withDeadline', () => {
  it('ends work that takes too long, and says how long it had', async () => {
    await Promise.all([
      expect(withDeadline(30_000, forEver)).rejects.toThrow('Not done within 30 s'),
      vi.advanceTimersByTimeAsync(30_000),
    ])
  })

  it('leaves nothing behind when the work is done', async () => {
    expect(await withDeadline(30_000, async () => 'done')).toBe('done')
    expect(vi.getTimerCount()).toBe(0)
  })

  it('stops what is still under way when a part of it has failed', async () => {
    const stopped: string[] = []
    const work = withDeadline(30_000, async (signal) => {
      signal.addEventListener('abort', () => stopped.push('the other part'))
      throw new Error('a part failed')
    })
    await expect(work).rejects.toThrow('a part failed')
    expect(stopped).toEqual(['the other part'])
    expect(vi.getTimerCount()).toBe(0)
  })
})
