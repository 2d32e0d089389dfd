import { cpus } from 'node:os'
import path from 'node:path'

import { startBenchStack } from './bench-stack.ts'
import { stageCosts } from './stages/all.ts'
import { latency, throughput } from './whole-path.ts'

/** Everything in one run on one machine, since only ratios within a run mean anything on a noisy one. */
const root = path.resolve(import.meta.dirname, '../..')
console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}`)

const bench = await startBenchStack(root)
try {
  console.log('\nFrom feed to browser at 100 ticks/s, 20 s …')
  const lags = (await latency(bench, 100, 20)).sort((a, b) => a - b)
  console.log(
    `  p50 ${percentile(lags, 50)} ms, p99 ${percentile(lags, 99)} ms, most ${percentile(lags, 100)} ms (${lags.length} ticks)`,
  )

  console.log('\nAs fast as it goes, feed to browser …')
  const { ticks, tookMs, frames } = await throughput(bench)
  console.log(
    `  ${ticks} ticks in ${(tookMs / 1000).toFixed(1)} s: ${Math.round((ticks / tookMs) * 1000)} ticks/s, in ${frames} market deltas`,
  )

  console.log('\nCPU of the app per tick, stage by stage, and of the bare SDK doing the same with everything ready made …')
  console.log('  stage      µs/tick   bare SDK   own share   bare is')
  for (const { name, stageUs, bareUs, bareIs } of await stageCosts(bench)) {
    const own = Math.max(0, (stageUs - bareUs) / stageUs)
    console.log(`  ${name.padEnd(9)} ${us(stageUs)} ${us(bareUs)}   ${`${Math.round(own * 100)} %`.padStart(9)}   ${bareIs}`)
  }
} finally {
  await bench.stop()
}
// The SDK's idle connections would keep the process for a while.
process.exit(0)

function percentile(sorted: readonly number[], p: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * p) / 100))] ?? Number.NaN).toFixed(0)
}

function us(value: number): string {
  return value.toFixed(1).padStart(9)
}
