import { execFile, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

import { chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { writeClient } from '../../../scripts/build.ts'
import { chromiumArgs, findChromium } from '../../support/chromium.ts'
import { type BoardServer, startBoardServer } from '../page/board-server.ts'
import { market } from './odds-world.ts'

const root = path.resolve(import.meta.dirname, '../../..')
const executablePath = findChromium()
const soon = { timeout: 10_000, interval: 20 }

/** The example of the client's README, as it stands there. */
async function example(): Promise<string> {
  const readme = await readFile(path.join(root, 'functions/view/client/README.md'), 'utf8')
  const [, code] = /```js\n(.*?)```/s.exec(readme) ?? []
  if (code === undefined) throw new Error('the README of the client has no example')
  return code
}

let server: BoardServer
let folder: string
beforeAll(async () => {
  server = await startBoardServer()
  server.world.open(market('a'), 'Will it rain?')
  server.world.tick(market('a'), 'Yes', { last: 0.5 })
  folder = await mkdtemp(path.join(tmpdir(), 'oddscast-client-'))
  await writeClient(root, folder)
})
afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  if (folder !== undefined) await rm(folder, { recursive: true, force: true })
})

/** What the example says when a price moves in front of it. */
async function expectToSay(lines: () => readonly string[]) {
  await expect.poll(lines, soon).toEqual(expect.arrayContaining(['1 markets']))
  await expect.poll(lines, soon).toContain('Live')
  await server.send([server.world.tick(market('a'), 'Yes', { last: server.world.book(market('a')).seq % 2 === 0 ? 0.5 : 0.6 })])
  await expect.poll(lines, soon).toContainEqual(expect.stringMatching(/^Will it rain\?: Yes 0\.[56]$/))
  expect(lines().slice(0, 2)).toEqual(['Connecting', 'Taking a snapshot'])
}

describe('the example of the client’s README', () => {
  it('is ten lines that anybody can read', async () => {
    expect(
      (await example())
        .trim()
        .split('\n')
        .filter((line) => line.trim() !== '').length,
    ).toBeLessThanOrEqual(10)
  })

  it('runs in Node', async () => {
    const code = (await example())
      .replace('http://localhost:7071/client.js', './oddscast-client.js')
      .replace('http://localhost:7071', server.url)
      .replace('60_000', '3_000')
    await writeFile(path.join(folder, 'example.mjs'), code)
    const running = spawn(process.execPath, [path.join(folder, 'example.mjs')], { stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    for (const stream of [running.stdout, running.stderr]) stream.on('data', (chunk: Buffer) => (said += String(chunk)))
    const ended = new Promise((resolve) => running.once('exit', resolve))
    await expectToSay(() => said.split('\n').filter(Boolean))
    expect(await ended).toBe(0)
    expect(said.trim().endsWith('Stopped')).toBe(true)
  })

  it.skipIf(executablePath === undefined)('runs in Chromium (skipped without one: set CHROMIUM_PATH)', async () => {
    const browser = await chromium.launch({ executablePath: executablePath ?? '', args: chromiumArgs })
    try {
      const page = await browser.newPage()
      const lines: string[] = []
      page.on('console', (message) => lines.push(message.text()))
      page.on('pageerror', (error) => lines.push(String(error)))
      const body = (await example()).replaceAll('http://localhost:7071', server.url)
      await page.route('**/example.js', (route) => route.fulfill({ contentType: 'text/javascript', body }))
      // At the board's own address, where its policy lets no script be but those that are served there.
      await page.goto(`${server.url}/client.js`)
      await page.addScriptTag({ type: 'module', url: '/example.js' })
      await expectToSay(() => lines)
    } finally {
      await browser.close()
    }
  })
})

describe('the types of the client', () => {
  const compile = async (code: string): Promise<string> => {
    await writeFile(path.join(folder, 'user.mts'), code)
    const tsc = path.join(root, 'node_modules/typescript/bin/tsc')
    const options = ['--noEmit', '--strict', '--ignoreConfig', '--target', 'es2024', '--module', 'nodenext', '--types', '']
    return promisify(execFile)(process.execPath, [tsc, ...options, path.join(folder, 'user.mts')]).then(
      () => '',
      (error: { stdout?: string }) => error.stdout ?? 'tsc did not start',
    )
  }

  it('say what each listener hears, without a package beside them', async () => {
    const code = (await example()).replace('http://localhost:7071/client.js', './oddscast-client.js')
    const more = `
      board.market('predictit:7053')?.selections.at(0)?.quotes.at(0)?.decimalOdds?.toFixed(2)
      const status: 'open' | 'suspended' | 'closed' | 'settled' | undefined = markets.values().next().value?.status
      follow(new URL('https://board.example'), { markets: ['predictit:7053'], onAlerts: ([alert]) => alert?.evidence.length, share: false })`
    expect(await compile(code + more)).toBe('')
  })

  it('refuse what there is not', async () => {
    const wrong = `import { follow } from './oddscast-client.js'
      follow('https://board.example', { topics: 'politics' })
      follow('https://board.example').market('x')?.price
      follow('https://board.example', { onTick: ({ price }) => price })`
    const complaints = await compile(wrong)
    expect(complaints.match(/error TS/g)).toHaveLength(3)
  })

  it('name nothing that the module does not export', async () => {
    const types = await readFile(path.join(folder, 'oddscast-client.d.ts'), 'utf8')
    const values = [...types.matchAll(/^export declare (?:const|function|class) (\w+)/gm)].map(([, name]) => name)
    expect(values).toEqual(['follow'])
    expect(types).not.toMatch(/\bimport\b/)
    const module = (await import(path.join(folder, 'oddscast-client.js'))) as object
    expect(Object.keys(module)).toEqual(['follow'])
  })
})
