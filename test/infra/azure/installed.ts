import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

export const azureFolder = path.resolve(import.meta.dirname, '../../../infra/azure')

/** Whether the CDKTF project has its packages, in the versions of its lock file. */
export function isInstalled(): boolean {
  const lock = jsonOf(path.join(azureFolder, 'package-lock.json')) as {
    packages: Record<string, { version?: string } | undefined>
  }
  const { dependencies, devDependencies } = jsonOf(path.join(azureFolder, 'package.json')) as Record<string, object>
  return Object.keys({ ...dependencies, ...devDependencies }).every((name) => {
    const file = path.join(azureFolder, 'node_modules', name, 'package.json')
    return existsSync(file) && (jsonOf(file) as { version: string }).version === lock.packages[`node_modules/${name}`]?.version
  })
}

/** Before the first of these tests: the project has a lock file of its own, which nobody who only wants to look at odds should wait for. */
export async function setup(): Promise<void> {
  if (isInstalled()) return
  console.log('infra/azure is not installed: npm ci --prefix infra/azure, once, some 20 s')
  const startedMs = Date.now()
  const failure = await npmCi()
  if (failure === undefined) console.log(`infra/azure is installed, in ${Math.round((Date.now() - startedMs) / 1000)} s`)
  else console.warn(`infra/azure cannot be installed, so its tests are skipped: ${failure}`)
}

function npmCi(): Promise<string | undefined> {
  return new Promise((resolve) => {
    const npm = spawn('npm', ['ci', '--no-audit', '--no-fund', '--prefix', azureFolder], { stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    npm.stderr.on('data', (text: Buffer) => (said += text.toString()))
    npm.on('error', ({ message }) => resolve(message))
    npm.on('close', (code) => resolve(code === 0 ? undefined : said.trim().split('\n').slice(-3).join(' ')))
  })
}

const jsonOf = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'))
