import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'

import { environmentNamed, environmentNames } from './environment.ts'
import { azureFolder, howToInstall, isInstalled } from './installed.ts'
import { NeedsError } from './needs/needs.ts'
import { nodeLacks } from './needs/node-version.ts'
import { run } from './run.ts'

const help = `Writes Terraform's input for every environment, or for one. It needs no Terraform, no account and no network.

  npm run synth [-- <environment>]

  environment   a file of infra/azure/environments, without .json (default: all)
  --help        this text
`

run('synth', async (args) => {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { help: { type: 'boolean', default: false } },
  })
  if (values.help) return console.log(help)
  if (positionals.length > 1) throw new Error(`One environment at a time, or none for all: ${environmentNames().join(', ')}`)
  const lacks = [...nodeLacks(process.version), ...(isInstalled() ? [] : [`The packages of infra/azure: ${howToInstall}`])]
  if (lacks.length > 0) throw new NeedsError(lacks)
  const chosen = positionals.map((name) => environmentNamed(name).name)
  const env = { ...process.env, ...(chosen[0] === undefined ? {} : { ODDSCAST_ENVIRONMENT: chosen[0] }) }
  const { status } = spawnSync(process.execPath, ['main.ts'], { cwd: azureFolder, stdio: 'inherit', env })
  if (status !== 0) throw new Error('Nothing was written')
  for (const name of chosen.length > 0 ? chosen : environmentNames()) console.log(lineOf(name))
})

function lineOf(environment: string): string {
  const folder = path.join(azureFolder, 'cdktf.out/stacks', `oddscast-${environment}`)
  const file = path.join(folder, readdirSync(folder).find((name) => name.endsWith('.tf.json')) ?? '')
  const { resource } = JSON.parse(readFileSync(file, 'utf8')) as { resource: Record<string, object> }
  const count = Object.values(resource).reduce((sum, own) => sum + Object.keys(own).length, 0)
  return `${environment.padEnd(9)} ${count} resources  ${path.relative(process.cwd(), file)}`
}
