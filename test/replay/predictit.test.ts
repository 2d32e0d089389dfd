import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { handClock } from '../../infra/local/clock.ts'
import { optionsOf } from '../../scripts/replay.ts'
import type { Mode } from '../../scripts/replay/position.ts'
import { type Replay, startReplay } from '../../scripts/replay/server.ts'

let folder: string
let replay: Replay | undefined
let lines: string[]
const clock = handClock()

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'oddscast-replay-'))
  lines = []
  await writeFile(path.join(folder, '2031-07-11T17-16-00Z.json'), '{"body":2}')
  await writeFile(path.join(folder, '2031-07-11T17-14-00Z.json.gz'), gzipSync('{"body":1}'))
  await writeFile(path.join(folder, '2031-07-11T17-20-00Z.json'), '{"body":3}')
  await writeFile(path.join(folder, 'notes.txt'), 'not a body')
})

afterEach(async () => {
  await replay?.close()
  replay = undefined
  await rm(folder, { recursive: true })
})

async function start(mode: Mode): Promise<Replay> {
  replay = await startReplay({ folder, port: 0, mode, log: (line) => lines.push(line), clock })
  return replay
}

const urlOf = ({ settings }: Replay) => settings['PREDICTIT_URL'] ?? ''

async function poll(served: Replay, headers: Record<string, string> = {}): Promise<unknown> {
  const response = await fetch(urlOf(served), { headers })
  return response.status === 200 ? ((await response.json()) as { body: number }).body : response.status
}

describe('a replay', () => {
  it('serves the next body at each poll, then stays at the last and says so', async () => {
    const served = await start({ pace: { kind: 'each-poll' }, loop: false })
    expect(urlOf(served)).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/api\/marketdata\/all\/$/)
    for (const body of [1, 2, 3, 3, 3]) expect(await poll(served)).toBe(body)
    expect(served.served('predictit')).toBe(5)
    expect(lines).toEqual([
      'predictit  body 1 of 3  2031-07-11T17-14-00Z  0 KB',
      'predictit  body 2 of 3  2031-07-11T17-16-00Z  0 KB',
      'predictit  body 3 of 3  2031-07-11T17-20-00Z  0 KB',
      'predictit  That was the last body; it is served from now on.',
      'predictit  body 3 of 3  2031-07-11T17-20-00Z  0 KB',
      'predictit  body 3 of 3  2031-07-11T17-20-00Z  0 KB',
    ])
  })

  it('begins anew when it is asked to', async () => {
    const served = await start({ pace: { kind: 'each-poll' }, loop: true })
    for (const body of [1, 2, 3, 1, 2]) expect(await poll(served)).toBe(body)
    expect(lines.at(-1)).toBe('predictit  body 2 of 3  2031-07-11T17-16-00Z  0 KB  round 2')
  })

  it('goes by the recorded times, so many times as fast', async () => {
    const served = await start({ pace: { kind: 'timed', speed: 60 }, loop: false })
    const seen: unknown[] = []
    for (let i = 0; i < 8; i++) {
      seen.push(await poll(served))
      clock.advance(1_000)
    }
    expect(seen).toEqual([1, 1, 2, 2, 2, 2, 3, 3])
  })

  it('begins anew by the recorded times, too, after the last body has stood for a while', async () => {
    const served = await start({ pace: { kind: 'timed', speed: 60 }, loop: true })
    clock.advance(8_900)
    expect(await poll(served)).toBe(3)
    clock.advance(200)
    expect(await poll(served)).toBe(1)
    clock.advance(2_000)
    expect(await poll(served)).toBe(2)
  })

  it('answers a conditional poll by what the body is', async () => {
    const served = await start({ pace: { kind: 'each-poll' }, loop: false })
    const first = await fetch(urlOf(served))
    await first.body?.cancel()
    const tag = first.headers.get('etag') ?? ''
    expect(await poll(served, { 'if-none-match': tag })).toBe(2)
    const third = await fetch(urlOf(served))
    await third.body?.cancel()
    expect(await poll(served, { 'if-none-match': `"other", W/${third.headers.get('etag')}` })).toBe(304)
  })

  it('answers nothing but a GET of its one address, and does not go on for anything else', async () => {
    const served = await start({ pace: { kind: 'each-poll' }, loop: false })
    expect((await fetch(new URL('/', urlOf(served)))).status).toBe(404)
    expect((await fetch(urlOf(served), { method: 'POST' })).status).toBe(405)
    expect(served.served('predictit')).toBe(0)
    expect(await poll(served)).toBe(1)
  })

  it('says what to do about a folder without bodies, and about names without a time', async () => {
    await expect(
      startReplay({ folder: path.join(folder, 'no'), port: 0, mode: optionsMode(), log: () => {}, clock }),
    ).rejects.toThrow('Name a folder of recorded bodies with --folder')
    await writeFile(path.join(folder, 'first.json'), '{}')
    await expect(start({ pace: { kind: 'timed', speed: 1 }, loop: false })).rejects.toThrow('"first" is no time')
  })
})

describe('the options of a replay', () => {
  it('are one body a poll on port 7080 unless told otherwise', () => {
    expect(optionsOf(['--folder', 'x'])).toEqual({ folder: 'x', port: 7080, mode: optionsMode() })
    expect(optionsOf(['--port', '0', '--speed', '12.5', '--loop'])).toMatchObject({
      port: 0,
      mode: { pace: { kind: 'timed', speed: 12.5 }, loop: true },
    })
    expect(optionsOf(['--help'])).toBe('help')
  })

  it.each([['--speed', '0'], ['--speed', 'fast'], ['--port', '70000'], ['--port', 'x'], ['--bogus']])(
    'refuse %s %s',
    (...args) => {
      expect(() => optionsOf(args.filter((arg) => arg !== undefined))).toThrow(args[0] ?? '')
    },
  )
})

const optionsMode = (): Mode => ({ pace: { kind: 'each-poll' }, loop: false })
