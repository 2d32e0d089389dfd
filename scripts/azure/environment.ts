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
  const file = path.join(folder, `${name}.json`)
  try {
    return readEnvironment(JSON.parse(readFileSync(file, 'utf8')))
  } catch (cause) {
    throw new Error(`infra/azure/environments/${name}.json: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

/** What `suffix` is until somebody changes it: names made with it are taken by whoever came first. */
export const unchangedSuffix = 'change'
