import { execFile } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

import { afterEach, beforeEach, expect, it } from 'vitest'

import { describeAzure } from './describe-azure.ts'
import { azureFolder } from '../../../scripts/azure/installed.ts'

/**
 * The real `cdktf` with a Terraform that only writes down what it is asked, and answers every output with its own name: the whole way of a
 * deployment without a cloud at its end.
 */
const stub = `#!/usr/bin/env node
const fs = require('node:fs')
const [command = '', ...rest] = process.argv.slice(2).filter((arg) => !arg.startsWith('-chdir'))
fs.appendFileSync(process.env.STUB_LOG, JSON.stringify([command, ...rest].join(' ')) + '\\n')
if (command === process.env.STUB_FAILS) { console.error('Error: no subscription is set'); process.exit(1) }
if (command === 'version') console.log(JSON.stringify({ terraform_version: '1.11.4', platform: 'linux_amd64', provider_selections: {}, terraform_outdated: false }))
if (command === '-v') console.log('Terraform v1.11.4')
if (command === 'output') {
  const { output } = JSON.parse(fs.readFileSync('cdk.tf.json', 'utf8'))
  console.log(JSON.stringify(Object.fromEntries(Object.keys(output).map((name) => [name, { sensitive: false, type: 'string', value: 'the ' + name }]))))
}
`

let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'oddscast-deploy-'))
  await writeFile(path.join(folder, 'terraform'), stub)
  await chmod(path.join(folder, 'terraform'), 0o755)
  await writeFile(path.join(folder, 'log'), '')
  await writeFile(path.join(folder, 'terraformrc'), '')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function cdktf(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(
    path.join(azureFolder, 'node_modules/.bin/cdktf'),
    [...args, '--output', path.join(folder, 'out')],
    {
      cwd: azureFolder,
      timeout: 60_000,
      env: {
        HOME: folder,
        PATH: [folder, path.dirname(process.execPath), '/usr/bin', '/bin'].join(path.delimiter),
        STUB_LOG: path.join(folder, 'log'),
        TF_CLI_CONFIG_FILE: path.join(folder, 'terraformrc'),
        CHECKPOINT_DISABLE: '1',
        CI: '1',
        ...env,
      },
    },
  )
  return stdout + stderr
}

const askedFor = async () =>
  (await readFile(path.join(folder, 'log'), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as string)
    .filter((line) => !/^(version|-v)/.test(line))

describeAzure('cdktf deploy', ({ everything, rawEnvironments, synthesised }) => {
  it('of dev initialises, applies that stack alone, and writes every output that the scripts read', async () => {
    const outputs = path.join(folder, 'outputs.json')
    await cdktf(['deploy', 'oddscast-dev', '--auto-approve', '--outputs-file', outputs], { ODDSCAST_ENVIRONMENT: 'dev' })
    const asked = await askedFor()
    expect(asked.map((line) => line.split(' ')[0])).toEqual(['init', 'providers', 'apply', 'output'])
    expect(asked[2]).toContain('-auto-approve')
    const written = JSON.parse(await readFile(outputs, 'utf8')) as Record<string, Record<string, string>>
    expect(Object.keys(written)).toEqual(['oddscast-dev'])
    const names = Object.keys(synthesised(everything).output)
    expect(written['oddscast-dev']).toEqual(Object.fromEntries(names.map((name) => [name, `the ${name}`])))
  })

  it('that Terraform refuses fails, with its reason', async () => {
    const failed = cdktf(['deploy', 'oddscast-dev', '--auto-approve'], { ODDSCAST_ENVIRONMENT: 'dev', STUB_FAILS: 'apply' })
    await expect(failed).rejects.toMatchObject({ code: 1, stdout: expect.stringContaining('no subscription is set') as string })
  })

  it('keeps its state where bootstrap says', async () => {
    await cdktf(['synth'], { TF_STATE_RESOURCE_GROUP: 'rg-state', TF_STATE_STORAGE_ACCOUNT: 'ststate' })
    for (const name of Object.keys(rawEnvironments)) {
      const stack = await readFile(path.join(folder, 'out/stacks', `oddscast-${name}`, 'cdk.tf.json'), 'utf8')
      const { terraform } = JSON.parse(stack) as ReturnType<typeof synthesised>
      const state = {
        resource_group_name: 'rg-state',
        storage_account_name: 'ststate',
        container_name: 'tfstate',
        key: `oddscast-${name}.tfstate`,
        use_azuread_auth: true,
      }
      expect(terraform.backend).toEqual({ azurerm: state })
    }
  })
})
