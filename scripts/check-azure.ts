import { spawnSync } from 'node:child_process'

import { howToInstall, isInstalled } from './azure/installed.ts'

/** The types of infra/azure and of its tests: they need packages that `npm ci` of this folder does not bring. */
if (isInstalled()) {
  const { status } = spawnSync('tsc', ['-b', 'infra/azure', 'test/infra/azure'], { stdio: 'inherit' })
  process.exitCode = status ?? 1
} else console.log(`infra/azure is not installed, so its types are not checked: ${howToInstall}`)
