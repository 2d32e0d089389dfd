import * as v from '@badrap/valita'

import { arm } from './arm.ts'
import { ask } from './ask.ts'
import { type Cloud, scopes } from './cloud.ts'

const apiVersion = '2024-03-01'
const worker = v.object({ properties: v.object({ latestRevisionName: v.string() }) })

/**
 * Puts the bundle where the worker's loader looks for it, and starts the worker again so that it does. The schema's id, which is known
 * only after the container is, goes with the bundle.
 */
export async function deployStream(
  cloud: Cloud,
  {
    subscriptionId,
    resourceGroup,
    name,
    bundleUrl,
  }: { subscriptionId: string; resourceGroup: string; name: string; bundleUrl: string },
  bundle: Uint8Array<ArrayBuffer>,
  schemaId: string,
): Promise<void> {
  await ask(cloud, {
    what: 'stream worker’s bundle',
    method: 'PUT',
    url: bundleUrl,
    scope: scopes.storage,
    bytes: { type: 'text/javascript', content: bundle },
    headers: { 'x-ms-version': '2023-11-03', 'x-ms-blob-type': 'BlockBlob', 'x-ms-meta-snapshot_schema_id': schemaId },
    tries: 15,
    again: ({ status }) => (status === 403 ? 'it answers 403: the role for it may be on its way' : undefined),
  })
  const path = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.App/containerApps/${name}`
  const what = 'stream worker'
  const { text } = await arm(cloud, { what, method: 'GET', path, apiVersion })
  const { latestRevisionName } = worker.parse(JSON.parse(text), { mode: 'strip' }).properties
  await arm(cloud, { what, method: 'POST', path: `${path}/revisions/${latestRevisionName}/restart`, apiVersion })
}
