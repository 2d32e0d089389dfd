import type { Noted } from './in-page/noted.ts'

export type Frames = { count: number; over50Ms: number; p99Ms: number; longestMs: number; longTasks: number }

/** Over all that was taken of one stretch of time. */
export function framesOf(taken: readonly Noted[]): Frames {
  const counts = new Map<number, number>()
  for (const { frames } of taken) for (const [ms, count] of frames.entries()) counts.set(ms, (counts.get(ms) ?? 0) + count)
  const count = [...counts.values()].reduce((sum, n) => sum + n, 0)
  const over50Ms = [...counts].reduce((sum, [ms, n]) => (ms > 50 ? sum + n : sum), 0)
  let left = count * 0.99
  const p99Ms = [...counts].sort(([a], [b]) => a - b).find(([, n]) => (left -= n) <= 0)?.[0] ?? Number.NaN
  return {
    count,
    over50Ms,
    p99Ms,
    longestMs: Math.max(...taken.map(({ longestFrameMs }) => longestFrameMs)),
    longTasks: taken.reduce((sum, { longTasks }) => sum + longTasks, 0),
  }
}
