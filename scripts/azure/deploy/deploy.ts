import { mkdir, readFile, rm } from 'node:fs/promises'
import path from 'node:path'

import type { Environment } from '../../../infra/azure/environments.ts'
import { type AppPackage, appPackage } from '../../build/app-package.ts'
import { buildApp, buildStream } from '../../build.ts'
import type { Board } from '../../simulate/board.ts'
import { approvalLacks } from '../approval.ts'
import { cdktf } from '../cdktf.ts'
import { type App, functionKey, setSetting } from '../cloud/app.ts'
import { oneDeploy } from '../cloud/one-deploy.ts'
import { registeredSchema, registerSchema, schemaText } from '../cloud/schema-registry.ts'
import { deployStream } from '../cloud/stream-worker.ts'
import { missingSecrets } from '../cloud/vault.ts'
import { readyFor, type Ready } from '../needs/needs.ts'
import { type Outputs, outputsIn } from '../outputs.ts'
import { linesOf, type SmokeReport } from '../smoke/smoke.ts'
import type { World } from '../world.ts'
import { untilHealthy } from './healthy.ts'

export type DeployWorld = World & {
  root: string
  /** Where it is built. */
  appDir: string
  smoke: (board: Board, withinMs: number) => Promise<SmokeReport>
}

/** Functions that have slept get instances first, one after the other along the way of the tick. */
const smokeWithinMs = 180_000

/**
 * An environment, from nothing or from what it was: the infrastructure, the code, the schema that messages name, and a tick through all of it.
 * What is lacking is said before anything begins; every step may be taken again, so after a failure the same command goes on.
 */
export async function deploy(
  environment: Environment,
  { yes, dryRun }: { yes: boolean; dryRun: boolean },
  world: DeployWorld,
): Promise<void> {
  const { cloud, env, appDir, outDir } = world
  const { say } = cloud
  say(`Oddscast, ${environment.name}: what is needed`)
  const ready = await readyFor(environment, cloud, env, world.today, dryRun ? [] : approvalLacks(yes, world.isTerminal))
  say('Build')
  const built = await build(world, environment)
  say(`  ${built.app.files.map(({ name }) => name).join(', ')}: ${(built.app.zip.length / 1024).toFixed(0)} KB zipped`)
  const run = { environment: environment.name, ready, env, outDir }
  if (dryRun) {
    say('What Terraform would change')
    await cdktf('diff', [], run)
    return say(`Then the code, ${registeredSchema} in the schema registry, and a smoke test. Nothing was changed.`)
  }
  say('Infrastructure')
  const file = path.join(appDir, '.cache/azure', `${environment.name}.outputs.json`)
  await mkdir(path.dirname(file), { recursive: true })
  await rm(file, { force: true })
  await cdktf('deploy', [...(yes ? ['--auto-approve'] : []), '--outputs-file', file], run)
  const outputs = await outputsIn(file, environment.name)
  if (outputs === undefined) return say('It was not approved, so nothing was changed, and no code was deployed.')
  await putApp(outputs, built, world)
  const schemaId = await registerSchemas(outputs, ready, world)
  await putStream(outputs, built, schemaId, ready, world)
  await tellMissingSecrets(outputs, world)
  await test(outputs, environment, ready, world)
  say(`\nThe board: ${outputs.url}`)
}

type Built = { app: AppPackage; stream: Buffer<ArrayBuffer> | undefined }

async function build({ root, appDir }: DeployWorld, { feeds }: Environment): Promise<Built> {
  await buildApp(root, appDir)
  const app = await appPackage(root, appDir)
  if (feeds.streamed.length === 0) return { app, stream: undefined }
  await buildStream(root, appDir)
  return { app, stream: await readFile(path.join(appDir, 'dist/stream/main.cjs')) }
}

async function putApp({ url }: Outputs, { app }: Built, { cloud }: World): Promise<void> {
  cloud.say('Code')
  await oneDeploy(cloud, cloud.endpoints.scmOf(url), app.zip)
}

async function putStream(
  outputs: Outputs,
  { stream }: Built,
  schemaId: string,
  { subscriptionId }: Ready,
  { cloud }: World,
): Promise<void> {
  if (stream === undefined || outputs.streamWorkerName === '') return
  cloud.say('Stream worker')
  const { streamWorkerName: name, streamBundleUrl: bundleUrl, resourceGroupName: resourceGroup } = outputs
  await deployStream(cloud, { subscriptionId, resourceGroup, name, bundleUrl }, stream, schemaId)
}

/** The id that the registry gave it. */
async function registerSchemas(outputs: Outputs, ready: Ready, { cloud, root }: DeployWorld): Promise<string> {
  cloud.say('Schema')
  const { eventHubsNamespace: namespace, schemaGroup: group } = outputs
  const text = await schemaText(root, registeredSchema)
  const id = await registerSchema(cloud, { namespace, group, name: registeredSchema, text })
  const changed = await setSetting(cloud, appIn(outputs, ready), 'SNAPSHOT_SCHEMA_ID', id)
  cloud.say(`  ${registeredSchema} is ${id}${changed ? '; the app restarts with it' : ''}`)
  return id
}

/** Feeds that lack theirs are off, and the rest runs: no reason to fail. */
async function tellMissingSecrets({ keyVaultName: vault, secretNames }: Outputs, { cloud }: World): Promise<void> {
  if (vault === '' || secretNames.length === 0) return
  const missing = await missingSecrets(cloud, vault, secretNames)
  if (missing.length === 0) return
  cloud.say(`Secrets: the vault lacks ${missing.join(', ')}. Put each in, typed and not on the command line, and deploy again:`)
  for (const name of missing)
    cloud.say(
      `  read -rs SECRET && printf %s "$SECRET" | az keyvault secret set --vault-name ${vault} --name ${name} --file /dev/stdin`,
    )
}

async function test(outputs: Outputs, { settings }: Environment, ready: Ready, { cloud, smoke }: DeployWorld): Promise<void> {
  cloud.say('Smoke test')
  await untilHealthy(cloud, outputs.url)
  if (settings['NEGOTIATE'] === 'authenticated') {
    return cloud.say('  The app and its store answer. No tick is sent: only those who are signed in are let onto the socket.')
  }
  const key = await functionKey(cloud, appIn(outputs, ready))
  for (const line of linesOf(await smoke({ url: new URL(outputs.url), key }, smokeWithinMs))) cloud.say(`  ${line}`)
}

const appIn = ({ resourceGroupName: resourceGroup, functionAppName: name }: Outputs, { subscriptionId }: Ready): App => ({
  subscriptionId,
  resourceGroup,
  name,
})
