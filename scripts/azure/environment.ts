import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

import { type Environment, readEnvironment } from '../../infra/azure/environments.ts'
import { azureFolder } from './installed.ts'

const folder = path.join(azureFolder, 'environments')

export const environmentNames = (): string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => path.basename(file, '.json'))

/** As `infra/azure` reads it; every slip in it is in the error. */
export function environmentNamed(name: string): Environment {
  const names = environmentNames()
  if (!names.includes(name))
    throw new Error(`There is no environment "${name}"; infra/azure/environments has ${names.join(', ')}`)
  return readEnvironment(JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8')))
}

/** What `suffix` is until somebody changes it: names made with it are taken by whoever came first. */
export const unchangedSuffix = 'change'
