import path from 'node:path'

import { describe, expect, it } from 'vitest'

import { appPackage } from '../../../scripts/build/app-package.ts'
import { coldStarts, median } from '../../../scripts/build/cold-start.ts'
import { builtApp } from '../../support/whole-stack.ts'
import { unzip } from '../../support/unzip.ts'

const root = path.resolve(import.meta.dirname, '../../..')

describe('what is deployed', () => {
  it('is the bundle, host.json and package.json, and nothing else', async () => {
    const { zip, files } = await appPackage(root, await builtApp())
    const held = unzip(zip)
    expect(held.map(({ name }) => name)).toEqual(['host.json', 'package.json', 'dist/functions/main.cjs'])
    expect(files).toEqual(held.map(({ name, bytes }) => ({ name, bytes: bytes.length })))
  })

  it('says where the bundle is, and names no package that the platform might install', async () => {
    const { zip } = await appPackage(root, await builtApp())
    const text =
      unzip(zip)
        .find(({ name }) => name === 'package.json')
        ?.bytes.toString() ?? ''
    expect(JSON.parse(text)).toEqual({
      name: 'oddscast',
      version: expect.any(String) as string,
      private: true,
      type: 'module',
      main: 'dist/functions/main.cjs',
    })
  })
})

describe('a cold start', () => {
  it('is measured from import to ready, in processes of their own', async () => {
    const tookMs = await coldStarts(path.join(await builtApp(), 'dist/functions/main.cjs'), 3)
    expect(tookMs).toHaveLength(3)
    expect(Math.min(...tookMs)).toBeGreaterThan(1)
  })

  it('that registers nothing is none', async () => {
    await expect(coldStarts(path.join(root, 'functions/book/limits.ts'), 1)).rejects.toThrow('registered no function')
  })

  it('is told by its median', () => {
    expect(median([5, 1, 100])).toBe(5)
    expect(median([4, 1, 2, 100])).toBe(3)
  })
})
