import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = path.resolve(import.meta.dirname, '..')
const hasGit = spawnSync('git', ['--version']).status === 0
if (!hasGit) console.warn('git is not here to apply the README’s example of a new feed with: its test is skipped')

/** The example in the README is a real change: it applies to these sources, type-checks, and its test passes. */
describe.skipIf(!hasGit)('the new feed that the README adds', { timeout: 60_000 }, () => {
  let copy: string

  beforeAll(() => {
    const [, diff] = /```diff\n(diff --git [\s\S]*?)```/.exec(readFileSync(path.join(root, 'README.md'), 'utf8')) ?? []
    copy = mkdtempSync(path.join(tmpdir(), 'oddscast-readme-'))
    const heavy = /node_modules|cdktf\.out|screenshots|\.oddscast/
    for (const part of ['functions', 'infra', 'scripts', 'test', 'package.json', 'tsconfig.json', '.tsconfig.base.json'])
      cpSync(path.join(root, part), path.join(copy, part), {
        recursive: true,
        filter: (file) => !heavy.test(path.relative(root, file)),
      })
    symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'))
    writeFileSync(path.join(copy, 'feed.diff'), diff ?? '')
    execFileSync('git', ['apply', 'feed.diff'], { cwd: copy, env: { ...process.env, GIT_CEILING_DIRECTORIES: tmpdir() } })
  })
  afterAll(() => rmSync(copy, { recursive: true, force: true }))

  it('type-checks', () => {
    const { stdout } = spawnSync('tsc', ['-b', 'functions/collect'], { cwd: copy, encoding: 'utf8', shell: true, env: withBin() })
    expect(stdout).toBe('')
  })

  it('passes its own test', () => {
    const { status, stdout, stderr } = spawnSync(
      'vitest',
      ['run', '--config', 'test/vitest.config.ts', '--project', 'parts', 'test/collect/rainmakers.test.ts'],
      { cwd: copy, encoding: 'utf8', shell: true, env: withBin() },
    )
    expect(`${stdout}${stderr}`).toContain('2 passed')
    expect(status).toBe(0)
  })
})

function withBin() {
  const bin = path.join(root, 'node_modules/.bin')
  return { ...process.env, PATH: `${bin}${path.delimiter}${process.env['PATH']}`, NO_COLOR: '1', VITEST: '' }
}
