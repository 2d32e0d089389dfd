import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { FolderInUse, lockFolder } from '../../infra/local/folder-lock.ts'
import { freePort } from '../../infra/local/ports.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'oddscast-lock-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('the lock of a data folder', () => {
  it('refuses a second holder, and says what to do', async () => {
    const lock = await lockFolder(folder)
    await expect(lockFolder(folder)).rejects.toThrow(FolderInUse)
    await expect(lockFolder(folder)).rejects.toThrow(/Stop it with Ctrl-C .* --data-dir/)
    await lock.release()
    const next = await lockFolder(folder)
    await next.release()
  })

  it('is not held by who was killed, whoever has its process id or port now', async () => {
    const port = await freePort(0)
    await writeFile(path.join(folder, 'lock.json'), JSON.stringify({ pid: process.pid, port, folder }))
    const lock = await lockFolder(folder)
    const held = JSON.parse(await readFile(path.join(folder, 'lock.json'), 'utf8')) as { port: number }
    expect(held.port).not.toBe(port)
    await lock.release()
  })

  it('does not mistake the holder of another folder, on a port that came round, for its own', async () => {
    const other = await mkdtemp(path.join(tmpdir(), 'oddscast-lock-'))
    const elsewhere = await lockFolder(other)
    await writeFile(path.join(folder, 'lock.json'), await readFile(path.join(other, 'lock.json')).then(withFolder(folder)))
    const lock = await lockFolder(folder)
    await expect(lockFolder(folder)).rejects.toThrow(FolderInUse)
    await lock.release()
    await elsewhere.release()
    await rm(other, { recursive: true, force: true })
  })
})

const withFolder = (folder: string) => (text: Buffer) => JSON.stringify({ ...(JSON.parse(text.toString()) as object), folder })
