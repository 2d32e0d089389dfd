import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { supervise } from '../../infra/local/supervised.ts'
import { eventually } from '../support/whole-stack.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'oddscast-supervised-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** A server of three lines, that says its process id as its port. */
async function script(name: string, text: string): Promise<string> {
  const file = path.join(folder, `${name}.mjs`)
  await writeFile(file, text)
  return file
}

const steady = `process.send({ ready: true, port: process.pid }); console.log('up'); setInterval(() => {}, 1000); process.on('disconnect', () => process.exit())`

describe('a supervised server', () => {
  it('is started again when it is killed, and tells so', async () => {
    const deaths: string[] = []
    const lines: string[] = []
    const server = await supervise({
      name: 'steady',
      file: await script('steady', steady),
      args: [],
      env: process.env,
      onLine: (_, line) => lines.push(line),
      onDeath: (_, how) => deaths.push(how),
    })
    await eventually('it has written its line', async () => lines.length === 1)
    const first = server.pid() ?? 0
    process.kill(first, 'SIGKILL')
    await eventually('another is ready', async () => server.ready().port !== first)
    expect(deaths).toEqual(['SIGKILL'])
    await eventually('so has the other', async () => lines.length === 2)
    const second = server.pid() ?? 0
    await server.stop()
    expect(() => process.kill(second, 0)).toThrow('ESRCH')
    expect(deaths).toHaveLength(1)
  })

  it('that never gets ready is an error, not a wait', async () => {
    const file = await script('broken', 'process.exit(3)')
    const starting = supervise({
      name: 'broken',
      file,
      args: [],
      env: process.env,
      onLine: () => undefined,
      onDeath: () => undefined,
    })
    await expect(starting).rejects.toThrow('broken stopped before it was ready (exit code 3)')
  })
})
