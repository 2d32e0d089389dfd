import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

import { App } from '#cdk'

import { type Environment, readEnvironment } from './environments.ts'
import { OddscastStack, type State } from './stack.ts'

/**
 * Writes Terraform's input for every environment in `environments/`, or for the one that `ODDSCAST_ENVIRONMENT` names. `TF_STATE_…` say
 * where the state is kept (`npm run bootstrap` prints them); without them it is a file on this machine, which is enough to look, not to share.
 */
const folder = path.join(import.meta.dirname, 'environments')
const only = process.env['ODDSCAST_ENVIRONMENT']
const files = readdirSync(folder).filter((file) => file.endsWith('.json') && (only === undefined || file === `${only}.json`))
if (files.length === 0) throw new Error(`There is no environment "${only}"; ${folder} has ${readdirSync(folder).join(', ')}`)

const app = new App({ skipValidation: false })
for (const file of files) new OddscastStack(app, environmentOf(file), stateOf(process.env))
app.synth()

function environmentOf(file: string): Environment {
  try {
    return readEnvironment(JSON.parse(readFileSync(path.join(folder, file), 'utf8')))
  } catch (error) {
    // A slip in a file is told in words, without the way through the code.
    console.error(`environments/${file}: ${error instanceof Error ? error.message : String(error)}`)
    process.exit(1)
  }
}

function stateOf(env: Readonly<Record<string, string | undefined>>): State {
  const [resourceGroupName, storageAccountName, containerName] = [
    env['TF_STATE_RESOURCE_GROUP'],
    env['TF_STATE_STORAGE_ACCOUNT'],
    env['TF_STATE_CONTAINER'] ?? 'tfstate',
  ]
  if (!resourceGroupName || !storageAccountName) return { kind: 'local' }
  return { kind: 'azure', resourceGroupName, storageAccountName, containerName }
}
