import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { describeAzure } from '../describe-azure.ts'
import { mockedData, mockedResources, mockedTest } from './mocks.ts'

const run = promisify(execFile)
const binary = process.env['TERRAFORM_BINARY_NAME'] ?? 'terraform'
const cache = path.resolve(import.meta.dirname, '../../../../.cache/terraform')

/** With a Terraform alone there is no provider to ask: it has to come from a mirror, or, where ODDSCAST_TEST_TERRAFORM=1 says so, from its registry. */
const hasTerraform = await run(binary, ['version'], { env: { ...process.env, CHECKPOINT_DISABLE: '1' } }).then(
  () => true,
  () => false,
)
const configuration = process.env['TF_CLI_CONFIG_FILE'] ?? path.join(process.env['HOME'] ?? '', '.terraformrc')
const hasMirror = existsSync(configuration) && readFileSync(configuration, 'utf8').includes('provider_installation')
const hasProvider = hasTerraform && (hasMirror || process.env['ODDSCAST_TEST_TERRAFORM'] === '1')

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'oddscast-terraform-'))
  await mkdir(cache, { recursive: true })
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function terraform(cwd: string, ...args: string[]): Promise<string> {
  const env = {
    ...process.env,
    CHECKPOINT_DISABLE: '1',
    TF_IN_AUTOMATION: '1',
    TF_PLUGIN_CACHE_DIR: cache,
    ARM_SUBSCRIPTION_ID: '11111111-2222-4333-8444-555555555555',
  }
  const { stdout } = await run(binary, args, { cwd, env, maxBuffer: 64 * 1024 * 1024 }).catch(
    (error: { stdout?: string; stderr?: string }) => {
      throw new Error(`${binary} ${args.join(' ')} fails:\n${error.stdout ?? ''}${error.stderr ?? ''}`)
    },
  )
  return stdout
}

describeAzure('Terraform with the real provider', ({ environments, everything, synthesise, synthesised }) => {
  const written = async (name: string, stack: object) => {
    const cwd = path.join(folder, name)
    await mkdir(cwd, { recursive: true })
    await writeFile(path.join(cwd, 'cdk.tf.json'), JSON.stringify(stack))
    return cwd
  }

  it.skipIf(!hasProvider).each(environments.map((environment) => [environment.name, environment] as const))(
    'takes %s (needs terraform, and a provider mirror in its configuration or ODDSCAST_TEST_TERRAFORM=1)',
    { timeout: 300_000 },
    async (name, environment) => {
      const cwd = await written(name, synthesised(environment))
      await terraform(cwd, 'init', '-backend=false', '-input=false')
      const { diagnostics } = JSON.parse(await terraform(cwd, 'validate', '-json')) as { diagnostics: unknown[] }
      expect(diagnostics).toEqual([])
    },
  )

  it.skipIf(!hasProvider)(
    'plans and applies everything, with Azure played by a mock (needs the same)',
    { timeout: 300_000 },
    async () => {
      // What is kept is kept from the end of the test, too.
      const { terraform: settings, ...stack } = synthesise({ ...everything, protect: false })
      const { required_providers: providers } = settings
      const cwd = await written('mocked', { ...stack, terraform: { required_providers: providers } })
      await writeFile(
        path.join(cwd, 'all.tftest.hcl'),
        mockedTest('azurerm', mockedResources, mockedData, {
          url: 'https://x.azurewebsites.net',
          webPubSubEndpoint: 'https://x.webpubsub.azure.com',
        }),
      )
      await terraform(cwd, 'init', '-backend=false', '-input=false')
      expect(await terraform(cwd, 'test')).toMatch(/1 passed, 0 failed/)
    },
  )

  it('finds a mock for every type of resource there is', () => {
    const { resource, data } = synthesised(everything)
    expect(Object.keys(resource).filter((type) => mockedResources[type] === undefined)).toEqual([])
    expect(Object.keys(data).filter((type) => mockedData[type] === undefined)).toEqual([])
  })
})

describe('the test that Terraform is given', () => {
  it.skipIf(!hasTerraform)('is one, on a resource of Terraform’s own (needs terraform)', async () => {
    const cwd = path.join(folder, 'own')
    await mkdir(cwd, { recursive: true })
    const stack = {
      resource: { terraform_data: { one: { input: 'x' } } },
      output: { url: { value: '${terraform_data.one.id}' } },
    }
    await writeFile(path.join(cwd, 'cdk.tf.json'), JSON.stringify(stack))
    const test = (url: string) =>
      writeFile(path.join(cwd, 'all.tftest.hcl'), mockedTest('terraform', { terraform_data: { id: 'mocked' } }, {}, { url }))
    await terraform(cwd, 'init', '-backend=false', '-input=false')
    await test('mocked')
    expect(await terraform(cwd, 'test')).toMatch(/1 passed, 0 failed/)
    await test('another')
    await expect(terraform(cwd, 'test')).rejects.toThrow(/url is mocked/)
  })
})
