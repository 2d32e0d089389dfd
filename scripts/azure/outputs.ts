import { readFile } from 'node:fs/promises'

import * as v from '@badrap/valita'

import { stackOf } from './cdktf.ts'

const address = v.string().assert((text) => URL.canParse(text), 'no address')
const list = v.string().map((text) => text.split(',').filter((name) => name !== ''))

/** What `infra/azure` tells of a deployment; empty where it has no such thing. */
const outputs = v.object({
  url: address,
  functionAppName: v.string(),
  resourceGroupName: v.string(),
  keyVaultName: v.string(),
  secretNames: list,
  eventHubsNamespace: v.string(),
  schemaGroup: v.string(),
  streamWorkerName: v.string(),
  streamBundleUrl: v.string(),
})
export type Outputs = v.Infer<typeof outputs>

/** From the file that `cdktf deploy` writes; undefined where it wrote none, since nobody approved. */
export async function outputsIn(file: string, environment: string): Promise<Outputs | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  const all = text === undefined ? undefined : (JSON.parse(text) as Record<string, unknown>)[stackOf(environment)]
  return all === undefined ? undefined : outputs.parse(all, { mode: 'strip' })
}
