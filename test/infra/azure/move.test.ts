import { execFile } from 'node:child_process'
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'

import { expect, it } from 'vitest'

import { describeAzure } from './describe-azure.ts'
import { azureFolder } from '../../../scripts/azure/installed.ts'
import type { Synthesised } from './project.ts'

/** It installs another 270 MB, so it is run when it is asked for, as `.ci/run` does. */
const isAskedFor = process.env['ODDSCAST_TEST_MOVE'] === '1'

/** All that changes: two lines of `imports`, and the packages that they name. */
const moved = {
  imports: { '#cdk': 'cdktn', '#azurerm/*': '@cdktn/provider-azurerm/lib/*/index.js' },
  dependencies: { '@badrap/valita': '^0.5.4', '@cdktn/provider-azurerm': '16.1.0', cdktn: '0.24.0', constructs: '10.6.0' },
  devDependencies: {},
  // The bindings ask for an older core than the newest.
  overrides: { '@cdktn/provider-azurerm': { cdktn: '$cdktn' } },
}

describeAzure('the move to CDK Terrain', ({ rawEnvironments }) => {
  it.skipIf(!isAskedFor)(
    'changes package.json alone, and nothing that Terraform is told but the version of the provider (ODDSCAST_TEST_MOVE=1 runs this)',
    { timeout: 300_000 },
    async () => {
      const folder = path.resolve(azureFolder, '../../.cache/move')
      const copy = path.join(folder, 'azure')
      await mkdir(copy, { recursive: true })
      for (const file of ['names.ts', 'app-settings.ts']) await cp(path.join(azureFolder, '..', file), path.join(folder, file))
      await rm(path.join(copy, 'cdktf.out'), { recursive: true, force: true })
      await cp(azureFolder, copy, {
        recursive: true,
        filter: (file) => !/node_modules|cdktf\.out|package-lock/.test(path.relative(azureFolder, file)),
      })
      const manifest = JSON.parse(await readFile(path.join(azureFolder, 'package.json'), 'utf8')) as object
      await writeFile(path.join(copy, 'package.json'), JSON.stringify({ ...manifest, ...moved }))
      const run = promisify(execFile)
      await run('npm', ['install', '--no-audit', '--no-fund'], { cwd: copy })

      const { ODDSCAST_ENVIRONMENT: _only, ...env } = process.env
      for (const cwd of [azureFolder, copy]) await run(process.execPath, ['main.ts'], { cwd, env })
      const told = async (from: string, name: string) => {
        const text = await readFile(path.join(from, 'cdktf.out/stacks', `oddscast-${name}`, 'cdk.tf.json'), 'utf8')
        const { resource, data, output, terraform } = JSON.parse(text) as Synthesised
        return { resource, data, output, backend: terraform.backend, provider: Object.keys(terraform.required_providers) }
      }
      for (const name of Object.keys(rawEnvironments)) expect(await told(copy, name)).toEqual(await told(azureFolder, name))
    },
  )
})
