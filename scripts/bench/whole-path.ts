import { eventHubPublisher } from '../../functions/collect/event-hub.ts'
import type { BenchStack } from './bench-stack.ts'
import { listen } from './listener.ts'
import { marketStream, shape } from './market-stream.ts'

const rounds = 40
const movingPerRound = 5
const patienceMs = 120_000
const noLetters = { add: () => Promise.reject(new Error('the bench sent something that no hub takes')) }

/** Everything is published as fast as the hub takes it; the clock stops when a browser has been told of the last tick. */
export async function throughput({ stack, services }: BenchStack): Promise<{ ticks: number; tookMs: number; frames: number }> {
  const stream = marketStream('throughput')
  const publisher = eventHubPublisher(services.producer, noLetters, Date.now)
  const expected = shape.markets * (shape.selectionsPerMarket + rounds * movingPerRound)
  const reached = new Map<string, number>()
  let [told, frames] = [0, 0]
  let finished = () => undefined as void
  const done = new Promise<void>((resolve) => (finished = resolve))
  const browser = await listen(stack.url, ({ id, to }) => {
    frames++
    told += Math.max(0, to - (reached.get(id) ?? 0))
    reached.set(id, Math.max(to, reached.get(id) ?? 0))
    if (told >= expected) finished()
  })
  const startedMs = performance.now()
  const baseMs = Date.now() - 60_000
  for (let round = 0; round <= rounds; round++) {
    const moving = round === 0 ? 0 : movingPerRound
    await publisher.publish(
      stream.ids.map((_, i) => ({ v: 1, kind: 'market', unchangedUntilMs: null, ...stream.next(i, moving, baseMs + round) })),
    )
  }
  await withPatience(done, () => `${told} of ${expected} ticks arrived`)
  const tookMs = performance.now() - startedMs
  browser.close()
  return { ticks: expected, tookMs, frames }
}

/** `perSecond` ticks, one market at a time and evenly spread, from the moment a feed showed them to the moment a browser has them. */
export async function latency({ stack, services }: BenchStack, perSecond: number, seconds: number): Promise<number[]> {
  const stream = marketStream('latency')
  const publisher = eventHubPublisher(services.producer, noLetters, Date.now)
  const lagsMs: number[] = []
  const total = perSecond * seconds
  let finished = () => undefined as void
  const done = new Promise<void>((resolve) => (finished = resolve))
  let measuring = false
  const browser = await listen(stack.url, ({ ticks }, atMs) => {
    if (!measuring) return
    for (const tick of ticks) lagsMs.push(atMs - tick.observedAtMs)
    if (lagsMs.length >= total) finished()
  })
  const publish = (i: number, moving: number) =>
    publisher.publish([{ v: 1, kind: 'market', unchangedUntilMs: null, ...stream.next(i % shape.markets, moving, Date.now()) }])
  await publisher.publish(
    stream.ids.map((_, i) => ({ v: 1, kind: 'market', unchangedUntilMs: null, ...stream.next(i, 0, Date.now()) })),
  )
  await pause(3_000)
  measuring = true
  const startedMs = performance.now()
  const sending: Promise<void>[] = []
  for (let i = 0; i < total; i++) {
    const dueMs = startedMs + (i * 1_000) / perSecond
    const waitMs = dueMs - performance.now()
    if (waitMs > 0) await pause(waitMs)
    sending.push(publish(i, 1))
  }
  await Promise.all(sending)
  await withPatience(done, () => `${lagsMs.length} of ${total} ticks arrived`)
  browser.close()
  return lagsMs
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

async function withPatience(done: Promise<void>, progress: () => string): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`Gave up after ${patienceMs / 1000} s: ${progress()}`)), patienceMs)
  })
  await Promise.race([done, late])
  clearTimeout(timer)
}
