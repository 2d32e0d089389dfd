import { spawn } from 'node:child_process'

import { azureFolder, howToInstall, isInstalled } from '../../../scripts/azure/installed.ts'

/** Before the first of these tests: the project has a lock file of its own, which nobody who only wants to look at odds should wait for. */
export async function setup(): Promise<void> {
  if (isInstalled()) return
  console.log(`infra/azure is not installed: ${howToInstall}, once, some 20 s`)
  const startedMs = Date.now()
  const failure = await npmCi()
  if (failure === undefined) console.log(`infra/azure is installed, in ${Math.round((Date.now() - startedMs) / 1000)} s`)
  else console.warn(`infra/azure cannot be installed, so its tests are skipped: ${failure}`)
}

function npmCi(): Promise<string | undefined> {
  return new Promise((resolve) => {
    // Offline, npm's own patience would be over a minute.
    const args = ['ci', '--no-audit', '--no-fund', '--fetch-retries=1', '--fetch-retry-mintimeout=1000', '--prefix', azureFolder]
    const npm = spawn('npm', args, { stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    npm.stderr.on('data', (text: Buffer) => (said += text.toString()))
    npm.on('error', ({ message }) => resolve(message))
    npm.on('close', (code) => resolve(code === 0 ? undefined : said.trim().split('\n').slice(-3).join(' ')))
  })
}
