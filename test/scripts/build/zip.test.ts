import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { zip } from '../../../scripts/build/zip.ts'
import { unzip } from '../../support/unzip.ts'

const files = fc.uniqueArray(
  fc.record({
    name: fc.stringMatching(/^[a-zß漢]{1,8}(\/[a-z]{1,8}){0,2}\.[a-z]{2}$/),
    bytes: fc.uint8Array({ maxLength: 5_000 }),
  }),
  { selector: ({ name }) => name, maxLength: 5 },
)

describe('a zip', () => {
  it('gives back what was put into it, whatever it is', () => {
    fc.assert(
      fc.property(files, (entries) => {
        const read = unzip(zip(entries)).map(({ name, bytes }) => ({ name, bytes: new Uint8Array(bytes) }))
        expect(read).toEqual(entries)
      }),
    )
  })

  it('is the same for the same files', () => {
    const entries = [{ name: 'a.js', bytes: Buffer.from('one') }]
    expect(zip(entries)).toEqual(zip(entries))
  })

  it('says that everybody may read its files, or Flex Consumption finds no function in it', () => {
    const [file] = unzip(zip([{ name: 'a.js', bytes: Buffer.from('one') }]))
    expect(file).toMatchObject({ madeOn: 'unix', mode: 0o100644 })
  })

  it.skipIf(!hasPython())('is one to others, too', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'oddscast-zip-'))
    const file = path.join(folder, 'app.zip')
    writeFileSync(file, zip([{ name: 'dist/a.js', bytes: Buffer.from('one '.repeat(1_000)) }]))
    const script =
      'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); print(z.testzip(), z.namelist(), len(z.read("dist/a.js")))'
    expect(execFileSync('python3', ['-c', script, file], { encoding: 'utf8' })).toBe("None ['dist/a.js'] 4000\n")
    rmSync(folder, { recursive: true })
  })
})

function hasPython(): boolean {
  try {
    execFileSync('python3', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
