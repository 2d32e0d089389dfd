import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'

import { appSettings } from '../../infra/app-settings.ts'

/** How long the bundle takes from `require` to all its functions registered, each time in a process of its own. Here, not on Azure: a measure to compare by. */
export async function coldStarts(bundle: string, times: number): Promise<number[]> {
  const tookMs: number[] = []
  for (let i = 0; i < times; i++) {
    const { stdout } = await promisify(execFile)(process.execPath, [loadOnce, bundle], { env: asOnAzure, timeout: 30_000 })
    tookMs.push(Number(stdout))
  }
  return tookMs
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN
  return (upper + lower) / 2
}

const loadOnce = path.join(import.meta.dirname, 'load-once.ts')

const asOnAzure = {
  PATH: process.env['PATH'] ?? '',
  FEEDS: 'predictit,polymarket,kalshi',
  ...appSettings({
    kind: 'identity',
    eventHubsNamespace: 'nobody.servicebus.windows.net',
    cosmosEndpoint: 'https://nobody.documents.azure.com:443/',
    webPubSubEndpoint: 'https://nobody.webpubsub.azure.com',
    managedIdentityClientId: '00000000-0000-0000-0000-000000000000',
  }),
}
