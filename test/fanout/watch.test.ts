import { expect, it } from 'vitest'

import { type TickDocument, tickDocuments } from '../../functions/book/documents.ts'
import type { BoardMessage } from '../../functions/book/wire.ts'
import { judge } from '../../functions/dedupe/judge.ts'
import { fanoutTicks } from '../../functions/fanout/fanout.ts'
import type { FanoutWatch, PageBegan } from '../../functions/fanout/watch.ts'
import { boardFrame } from '../../functions/fanout/web-pubsub.ts'
import { quoted, snapshotOf } from '../support/arbitrary.ts'

const marked = (digit: string) => `00-${digit.repeat(32)}-${digit.repeat(16)}-01`

function ticksOf(market: string, selections: number, storedAtMs: number, mark?: string): TickDocument[] {
  const all = Array.from({ length: selections }, (_, i) => ({ ...quoted(`s${i}`, { last: 0.5 }), name: `Ünicode ${i}` }))
  const verdict = judge(snapshotOf(market, 1_000, { selections: all }), undefined, undefined, storedAtMs)
  return verdict.kind === 'fresh' ? tickDocuments(verdict.ticks, verdict.book, 60, undefined, mark) : []
}

it('counts each byte of each frame', async () => {
  let bytes = 0
  const send = async (_group: string, message: BoardMessage) =>
    void (bytes += Buffer.byteLength(JSON.stringify(boardFrame(message))))
  const page = Array.from({ length: 60 }, (_, i) => ticksOf(`m${i}`, 99, 2_000)).flat()
  const report = await fanoutTicks(page, { send }, () => 3_000)
  expect(report.frames).toBe(62)
  expect(report.bytes).toBe(bytes)
})

it('tells who watches what a page follows from; browsers are told nothing of it', async () => {
  const began: PageBegan[] = []
  const framesOf: number[] = []
  const sent: BoardMessage[] = []
  const watch: FanoutWatch = {
    page(all, act) {
      began.push(all)
      return act((frames, act) => {
        framesOf.push(frames)
        return act()
      })
    },
  }
  const page = [...ticksOf('m', 2, 2_000, marked('1')), ...ticksOf('n', 1, 2_000, marked('2')), ...ticksOf('o', 1, 2_000)]
  await fanoutTicks(page, { send: async (_group, message) => void sent.push(message) }, () => 3_000, watch)
  expect(began).toEqual([{ startedAtMs: 3_000, ticks: 4, causes: new Set([marked('1'), marked('2')]) }])
  expect(framesOf).toEqual([4])
  expect(JSON.stringify(sent)).not.toContain(marked('1'))
})

it('counts of each tick how long it took until the page was sent', async () => {
  let nowMs = 3_000
  const send = async () => void (nowMs = 3_500)
  const { lags } = await fanoutTicks([...ticksOf('m', 2, 3_400), ...ticksOf('n', 1, 2_000)], { send }, () => nowMs)
  expect(JSON.parse(JSON.stringify(lags))).toEqual({
    storedToSent: [
      [100, 2],
      [1_600, 1],
    ],
    observedToSent: [[2_500, 3]],
  })
})
