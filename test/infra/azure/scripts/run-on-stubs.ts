/**
 * `npm run <command>` with Azure's services at `STUB_CLOUD`, and without waiting: `node run-on-stubs.ts deploy|destroy|diff <environment as JSON> <options as JSON>`.
 * A process of its own, so that the commands on its PATH are the test's.
 */
import { cdktf } from '../../../../scripts/azure/cdktf.ts'
import { tokensOf } from '../../../../scripts/azure/cloud/identity.ts'
import { deploy } from '../../../../scripts/azure/deploy/deploy.ts'
import { destroy } from '../../../../scripts/azure/destroy/destroy.ts'
import { readyFor } from '../../../../scripts/azure/needs/needs.ts'
import type { Environment } from '../../../../infra/azure/environments.ts'
import path from 'node:path'

const [, , command = '', environmentText = '', optionsText = '{}'] = process.argv
const environment = JSON.parse(environmentText) as Environment
const { STUB_CLOUD = '', STUB_FOLDER = '' } = process.env
const world = {
  env: process.env,
  today: new Date('2026-12-01'),
  isTerminal: false,
  outDir: path.join(STUB_FOLDER, 'cdktf.out'),
  cloud: {
    endpoints: {
      management: `${STUB_CLOUD}/arm`,
      scmOf: () => `${STUB_CLOUD}/scm`,
      schemaRegistryOf: () => `${STUB_CLOUD}/registry`,
      vaultOf: () => `${STUB_CLOUD}/vault`,
    },
    tokens: await tokensOf(process.env),
    pause: async () => undefined,
    say: (line: string) => console.log(line),
  },
}

async function main(): Promise<void> {
  const options = { yes: true, dryRun: false, ...(JSON.parse(optionsText) as object) }
  if (command === 'destroy') return destroy(environment, options, { ...world, typed: async () => false })
  if (command === 'diff') {
    const { cloud, env, today, outDir } = world
    const ready = await readyFor(environment, cloud, env, today)
    return cdktf('diff', [], { environment: environment.name, ready, env, outDir })
  }
  await deploy(environment, options, {
    ...world,
    root: path.resolve(import.meta.dirname, '../../../..'),
    appDir: STUB_FOLDER,
    async smoke({ url, key }) {
      await fetch(new URL('/smoke', url), { headers: { 'x-functions-key': key } })
      return { hops: [{ name: 'received', atMs: 123, tookMs: 123 }], clocksDifferByMs: 0 }
    },
  })
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    process.exit(1)
  },
)
