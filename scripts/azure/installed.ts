import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

export const azureFolder = path.resolve(import.meta.dirname, '../../infra/azure')

/** Whether the CDKTF project, which has a lock file of its own, has its packages in the versions of that file. */
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

export const howToInstall = 'npm ci --prefix infra/azure'

const jsonOf = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'))
