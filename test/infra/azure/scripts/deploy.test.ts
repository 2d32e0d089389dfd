import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterEach, beforeEach, expect, it } from 'vitest'

import { fakeAzure, type FakeAnswer } from '../../../support/fake-azure.ts'
import { unzip } from '../../../support/unzip.ts'
import { describeAzure } from '../describe-azure.ts'
import { stubCommands } from './stub-commands.ts'

const runner = path.join(import.meta.dirname, 'run-on-stubs.ts')
const subscription = '/arm/subscriptions/00000000-1111-2222-3333-444444444444'
const providers = `${subscription}/resourceGroups/the-group/providers`
const app = `${providers}/Microsoft.Web/sites/the-app`
const onGroup = (name: string) =>
  `GET ${subscription}/resourceGroups/rg-oddscast-${name}/providers/Microsoft.Authorization/permissions`
const owner = { json: { value: [{ actions: ['*'], notActions: [] }] } }

/** All that a deployment asks for, going well; the app needs a moment. */
const usual: Record<string, FakeAnswer | FakeAnswer[]> = {
  [onGroup('dev')]: owner,
  'POST /scm/api/publish': { status: 202, json: 'd1' },
  'GET /scm/api/deployments/d1': [{ json: { id: 'd1', status: 1 } }, { json: { id: 'd1', status: 4 } }],
  'PUT /registry/$schemaGroups/oddscast/schemas/snapshot-message': { status: 204, headers: { 'schema-id': 'abc-123' } },
  [`POST ${app}/config/appsettings/list`]: { json: { properties: { FEEDS: 'predictit' } } },
  [`PUT ${app}/config/appsettings`]: {},
  'GET /api/health': [{ status: 404, text: '<html>' }, { status: 503 }, { json: { status: 'ok' } }],
  [`POST ${app}/host/default/listkeys`]: { json: { functionKeys: { default: 'the-function-key' } } },
  'GET /smoke': {},
}

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'oddscast-deploy-'))
  await writeFile(path.join(folder, 'log'), '')
  await writeFile(path.join(folder, 'terraformrc'), '')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

type Told = {
  command?: string
  environment: object
  options?: object
  answers?: Record<string, FakeAnswer | FakeAnswer[]>
  commands?: ('terraform' | 'tofu' | 'az')[]
  outputs?: Record<string, string>
  env?: Record<string, string>
}

async function ran({
  command = 'deploy',
  environment,
  options = {},
  answers,
  commands = ['terraform', 'az'],
  outputs,
  env,
}: Told) {
  await using azure = await fakeAzure({ ...usual, ...answers })
  const bin = await stubCommands(folder, commands)
  const told = {
    url: azure.url,
    functionAppName: 'the-app',
    resourceGroupName: 'the-group',
    eventHubsNamespace: 'the-namespace.servicebus.windows.net',
    schemaGroup: 'oddscast',
    ...outputs,
  }
  const result = await new Promise<{ code: number; output: string }>((resolve) => {
    const child = execFile(
      process.execPath,
      [runner, command, JSON.stringify(environment), JSON.stringify(options)],
      {
        timeout: 60_000,
        env: {
          HOME: folder,
          PATH: [bin, '/usr/bin', '/bin'].join(path.delimiter),
          STUB_CLOUD: azure.url,
          STUB_FOLDER: folder,
          STUB_LOG: path.join(folder, 'log'),
          STUB_OUTPUTS: JSON.stringify(told).replaceAll('{url}', azure.url),
          TF_CLI_CONFIG_FILE: path.join(folder, 'terraformrc'),
          CI: '1',
          ...env,
        },
      },
      (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, output: stdout + stderr }),
    )
  })
  const log = (await readFile(path.join(folder, 'log'), 'utf8')).trim().split('\n').filter(Boolean)
  const terraform = log.map((line) => (JSON.parse(line) as string[])[1] ?? '')
  return { ...result, asked: azure.asked, requests: azure.requests(), terraform }
}

describeAzure('npm run deploy', ({ rawEnvironments }) => {
  const dev = { ...rawEnvironments['dev'], suffix: 'x1' }

  it('makes the infrastructure, puts the code there, registers the schema, and sends a tick through it all, in this order; and prints no token and no key', async () => {
    const answers = { 'POST /scm/api/publish': [{ status: 409 }, { status: 202, json: 'd1' }] }
    const { code, output, asked, requests, terraform } = await ran({ environment: dev, answers })
    expect(output).toContain('The board: http://127.0.0.1:')
    expect(code).toBe(0)
    expect(terraform).toEqual(['init', 'providers', 'apply', 'output'])
    expect(requests).toEqual([
      onGroup('dev'),
      'POST /scm/api/publish',
      'POST /scm/api/publish',
      'GET /scm/api/deployments/d1',
      'GET /scm/api/deployments/d1',
      'PUT /registry/$schemaGroups/oddscast/schemas/snapshot-message',
      `POST ${app}/config/appsettings/list`,
      `PUT ${app}/config/appsettings`,
      'GET /api/health',
      'GET /api/health',
      'GET /api/health',
      `POST ${app}/host/default/listkeys`,
      'GET /smoke',
    ])
    const bodyOf = (request: string) => asked[requests.indexOf(request)]
    expect(unzip(bodyOf('POST /scm/api/publish')?.bytes ?? Buffer.of()).map(({ name }) => name)).toEqual([
      'host.json',
      'package.json',
      'dist/functions/main.cjs',
    ])
    expect(JSON.parse(bodyOf(`PUT ${app}/config/appsettings`)?.body ?? '')).toEqual({
      properties: { FEEDS: 'predictit', SNAPSHOT_SCHEMA_ID: 'abc-123' },
    })
    expect(bodyOf('GET /smoke')?.headers['x-functions-key']).toBe('the-function-key')
    expect(output).toContain('publish: another deployment is under way; again in 2 s')
    expect(output).toContain('received     123 ms')
    expect(asked[0]?.headers['authorization']).toContain('a-secret-signature')
    expect(output).not.toMatch(/a-secret-signature|the-function-key/)
  })

  it('gives a worker its bundle where feeds stream, says which secrets nobody has put in, and fails where the app does not come up', async () => {
    const worker = `${providers}/Microsoft.App/containerApps/the-worker`
    const { code, output, requests, asked } = await ran({
      environment: { ...dev, feeds: { polled: [], streamed: ['polymarket-clob'] } },
      outputs: {
        streamWorkerName: 'the-worker',
        streamBundleUrl: '{url}/blobs/stream/main.cjs',
        keyVaultName: 'kv',
        secretNames: 'odds-api-key,betfair-key',
      },
      answers: {
        'PUT /blobs/stream/main.cjs': { status: 201 },
        [`GET ${worker}`]: { json: { properties: { latestRevisionName: 'the-worker--1' } } },
        [`POST ${worker}/revisions/the-worker--1/restart`]: {},
        'GET /api/health': { status: 404, text: '<html>' },
        'GET /vault/secrets': { json: { value: [{ id: 'https://kv.vault.azure.net/secrets/betfair-key' }], nextLink: null } },
      },
    })
    expect(code).toBe(1)
    expect(output).toContain('/api/health: the host runs, and has no functions yet, for 10 minutes')
    const bundle = asked[requests.indexOf('PUT /blobs/stream/main.cjs')]
    expect(bundle?.bytes.length).toBeGreaterThan(500_000)
    expect(bundle?.headers['x-ms-meta-snapshot_schema_id']).toBe('abc-123')
    expect(requests.indexOf('POST /scm/api/publish')).toBeLessThan(requests.indexOf('PUT /blobs/stream/main.cjs'))
    expect(output).toContain('the vault lacks odds-api-key.')
    expect(output).toContain('az keyvault secret set --vault-name kv --name odds-api-key --file /dev/stdin')
  })

  it('begins nothing where something lacks, and says all of it', async () => {
    const { code, output, requests, terraform } = await ran({
      environment: { ...dev, suffix: 'change' },
      options: { yes: false },
      commands: ['az'],
      env: { STUB_SIGNED_OUT: '1' },
    })
    expect(code).toBe(1)
    expect(output.split('\n').filter((line) => line.startsWith('  - '))).toEqual([
      expect.stringContaining('say --yes') as string,
      expect.stringContaining('A suffix of your own in infra/azure/environments/dev.json') as string,
      expect.stringContaining('Terraform, or OpenTofu') as string,
      expect.stringContaining('az login') as string,
    ])
    expect([requests, terraform]).toEqual([[], []])
  })

  it('puts no code anywhere where Terraform fails, and says that it did', async () => {
    const { code, output, requests } = await ran({ environment: dev, env: { STUB_FAILS: 'apply' } })
    expect(code).toBe(1)
    expect(output).toContain('no quota in this region')
    expect(output).toContain('cdktf deploy failed (exit 1); what it said is above')
    expect(requests).toEqual([onGroup('dev')])
  })

  it('ends where the code was refused, before the schema and the smoke test', async () => {
    const { code, output, requests } = await ran({
      environment: dev,
      answers: {
        'GET /scm/api/deployments/d1': { json: { id: 'd1', status: 3, status_text: 'The package is no zip' } },
        'GET /scm/api/deployments/d1/log': { json: [] },
      },
    })
    expect(code).toBe(1)
    expect(output).toContain('The code was not deployed: The package is no zip')
    expect(requests.filter((request) => /registry|smoke/.test(request))).toEqual([])
  })

  it('in a dry run builds, shows the plan, and changes nothing; with OpenTofu where there is no Terraform', async () => {
    const { code, output, requests, terraform } = await ran({
      environment: dev,
      options: { yes: false, dryRun: true },
      commands: ['tofu', 'az'],
    })
    expect(code).toBe(0)
    expect(output).toContain('Plan: 41 to add')
    expect(output).toContain('Nothing was changed.')
    expect(terraform).not.toContain('apply')
    expect(requests).toEqual([onGroup('dev')])
  })
})

describeAzure('npm run destroy', ({ rawEnvironments }) => {
  const dev = { ...rawEnvironments['dev'], suffix: 'x1' }

  it('takes down what is not protected', async () => {
    const { code, output, terraform } = await ran({ command: 'destroy', environment: dev })
    expect(code).toBe(0)
    expect(output).toContain('rg-oddscast-dev in subscription 00000000-1111-2222-3333-444444444444')
    expect(terraform).toContain('destroy')
  })

  it('does not where it is protected, nor in a dry run', async () => {
    const prod = { ...rawEnvironments['prod'], suffix: 'x1' }
    const refused = await ran({ command: 'destroy', environment: prod })
    expect(refused).toMatchObject({ code: 1, terraform: [], output: expect.stringContaining('prod is protected') as string })
    const dry = await ran({ command: 'destroy', environment: dev, options: { yes: false, dryRun: true } })
    expect(dry).toMatchObject({ code: 0, terraform: [] })
  })
})
