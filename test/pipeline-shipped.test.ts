import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { smoke } from '../scripts/azure/smoke/smoke.ts'
import { appPackage } from '../scripts/build/app-package.ts'
import { unzip } from './support/unzip.ts'
import { builtApp, readOdds, startWhole, type WholeStack } from './support/whole-stack.ts'

const root = path.resolve(import.meta.dirname, '..')
const key = 'a-key-for-tests'

/** The app as it is when all that is left of it is the zip. */
async function unpacked(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'oddscast-shipped-'))
  for (const { name, bytes } of unzip((await appPackage(root, await builtApp())).zip)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true })
    await writeFile(path.join(folder, name), bytes)
  }
  return folder
}

describe('what is deployed, on the local stack', () => {
  let appDir = ''
  let whole: WholeStack

  beforeAll(async () => {
    appDir = await unpacked()
    whole = await startWhole(appDir, { FEEDS: '', FUNCTIONS_LOCAL_KEY: key })
  })
  afterAll(async () => {
    await whole.stop()
    await rm(appDir, { recursive: true, force: true })
  })

  it('carries a tick from a push to a browser, as the smoke test sees, hop by hop', async () => {
    const { hops, clocksDifferByMs } = await smoke({ url: new URL(whole.stack.url), key }, 30_000)
    expect(hops.map(({ name }) => name)).toEqual(['accepted', 'stored', 'sent', 'received', 'read'])
    expect(clocksDifferByMs).toBe(0)
    for (const { atMs } of hops) expect(atMs).toBeGreaterThan(0)
  })

  it('leaves the market of the smoke test closed, and can be tested again', async () => {
    await promisify(execFile)(process.execPath, ['scripts/azure/smoke.ts', whole.stack.url], {
      cwd: root,
      env: { ...process.env, ODDSCAST_FUNCTION_KEY: key },
      timeout: 60_000,
    }).then(({ stdout }) => expect(stdout).toMatch(/accepted .* ms[^]*read .* ms/))
    const { books, ticks } = await readOdds(whole.database)
    expect(books.map(({ marketId }) => marketId)).toEqual(['smoke:market'])
    expect(ticks.filter(({ back }) => back === 2).length).toBeGreaterThanOrEqual(2)
  })
})
