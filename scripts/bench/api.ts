import { cpus } from 'node:os'
import path from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'

import { bookDocument } from '../../functions/book/documents.ts'
import type { Endpoint } from '../../functions/view/api/endpoint.ts'
import { getHistory } from '../../functions/view/api/history.ts'
import { getLatest } from '../../functions/view/api/latest.ts'
import { getMarkets } from '../../functions/view/api/markets.ts'
import type { Ports } from '../../functions/view/api/ports.ts'
import { oddsStore } from '../../functions/view/cosmos.ts'
import { sent } from '../../functions/view/send.ts'
import { startBenchCosmos } from './api/cosmos.ts'
import { inventedBook, inventedTicks, marketOf, startMs } from './api/invented.ts'

/** How long the API takes for the largest things that it is asked for, how much it sends, and how long it keeps others waiting meanwhile. */
const root = path.resolve(import.meta.dirname, '../..')
console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}`)

const ticks = 100_000
const endMs = startMs + ticks * 20_000

const cosmos = await startBenchCosmos(root)
try {
  const one = inventedTicks(1, 8, ticks)
  await cosmos.create(marketOf(1), [...one.documents, bookDocument(one.book, 86_400)])
  const hourAgo = new Date(endMs - 3_600_000).toISOString()
  console.log(`\nThe history of a market of ${ticks.toLocaleString('en')} ticks and 8 selections`)
  printHead()
  for (const [what, search] of [
    ['all of it, steps of 1 h', '?from=first&step=1h'],
    ['all of it, one selection', '?from=first&step=1h&selection=venue%3A107'],
    ['30 days, auto', `?from=${new Date(endMs - 30 * 86_400_000).toISOString()}`],
    ['the last hour, auto', `?from=${hourAgo}`],
    ['the last hour, as CSV', `?from=${hourAgo}&format=csv`],
  ] as const) {
    await measure(what, getHistory, search, { id: marketOf(1) })
  }

  for (const selections of [850, 10_000]) {
    const markets = Math.round(selections / 3.4)
    const have = selections === 850 ? 0 : 250
    for (let number = have + 2; number < markets + 2; number++)
      await cosmos.create(marketOf(number), [bookDocument(inventedBook(number, number % 5 === 0 ? 5 : 3), 86_400)])
    console.log(`\nAll books, about ${selections.toLocaleString('en')} selections`)
    printHead()
    await measure('GET /api/markets', getMarkets, '')
    await measure('the same to 50 at once', getMarkets, '', {}, 50)
    await measure('GET /api/latest?format=csv', getLatest, '?format=csv')
  }
} finally {
  await cosmos.stop()
}
process.exit(0)

function printHead() {
  console.log('                                   p50 ms   CPU ms       KB    KB br   loop held ms   heap MB more')
}

async function measure(
  what: string,
  endpoint: Endpoint,
  search: string,
  params: Record<string, string> = {},
  atOnce = 1,
): Promise<void> {
  const store = oddsStore(cosmos.database, ['politics'], (reason) => console.error(reason), Date.now)
  const ports = { odds: async () => store, nowMs: () => endMs, topics: ['politics'] } as unknown as Ports
  const body = { contentLength: '0', bytes: async () => new Uint8Array() }
  const ask = async (acceptEncoding: string) => {
    const reply = await endpoint.respond({ params, search, header: () => null, body }, ports)
    const answer = await sent(reply, { method: 'GET', origin: null, acceptEncoding }, [])
    if (answer.status !== 200) throw new Error(`${what}: ${answer.status} ${String(answer.body)}`)
    return Buffer.from(answer.body ?? '').length
  }
  const bytes = await ask('')
  globalThis.gc?.()
  const before = process.memoryUsage().heapUsed
  let most = before
  const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().heapUsed)), 5)
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const took: number[] = []
  const cpu = process.cpuUsage()
  let packed = 0
  for (let run = 0; run < 5; run++) {
    const startedMs = performance.now()
    ;[packed = 0] = await Promise.all(Array.from({ length: atOnce }, () => ask('br')))
    took.push(performance.now() - startedMs)
  }
  delay.disable()
  clearInterval(watch)
  const { user, system } = process.cpuUsage(cpu)
  const median = took.toSorted((a, b) => a - b)[2] ?? 0
  const cells = [
    median,
    (user + system) / 1_000 / took.length,
    bytes / 1024,
    packed / 1024,
    delay.max / 1e6,
    (most - before) / 1_048_576,
  ]
  console.log(`  ${what.padEnd(30)} ${cells.map((cell, i) => cell.toFixed(i < 4 ? 0 : 1).padStart(i < 4 ? 8 : 14)).join(' ')}`)
}
