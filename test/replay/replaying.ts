import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'

import { type HandClock, handClock } from '../../infra/local/clock.ts'
import type { Mode } from '../../scripts/replay/position.ts'
import { type Replay, startReplay } from '../../scripts/replay/server.ts'

export const eachPoll: Mode = { pace: { kind: 'each-poll' }, loop: false }
export const timed = (speed: number, loop = false): Mode => ({ pace: { kind: 'timed', speed }, loop })

export type Replaying = {
  clock: HandClock
  lines: string[]
  start(mode?: Mode, options?: { feeds?: string[]; quota?: number }): Promise<Replay>
  get(url: string): Promise<{ status: number; headers: Headers; json: unknown }>
  end(): Promise<void>
}

/** A folder of invented recordings, and replays of it on a clock that is moved by hand. */
export async function replaying(files: Readonly<Record<string, unknown>>): Promise<Replaying> {
  const folder = await mkdtemp(path.join(tmpdir(), 'oddscast-replay-'))
  for (const [file, contents] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true })
    const lines = Array.isArray(contents) && file.includes('.jsonl')
    const text = lines ? contents.map((line) => JSON.stringify(line)).join('\n') : JSON.stringify(contents)
    await writeFile(path.join(folder, file), file.endsWith('.gz') ? gzipSync(text) : text)
  }
  const clock = handClock()
  const lines: string[] = []
  const started: Replay[] = []
  return {
    clock,
    lines,
    async start(mode = eachPoll, options = {}) {
      const replay = await startReplay({ folder, port: 0, mode, log: (line) => lines.push(line), clock, ...options })
      started.push(replay)
      return replay
    },
    async get(url) {
      const response = await fetch(url)
      const body = await response.text()
      const isJson = response.headers.get('content-type')?.includes('json') ?? false
      return { status: response.status, headers: response.headers, json: isJson ? (JSON.parse(body) as unknown) : body }
    },
    async end() {
      for (const replay of started) await replay.close()
      await rm(folder, { recursive: true })
    },
  }
}
