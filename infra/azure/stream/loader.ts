/**
 * What the container of the stream worker starts with: a plain Node image knows nothing of ours, and a registry for one file is a service
 * more to pay for and guard. It reads the bundle, the schema's id that comes with it, and the secrets that settings refer to, as the
 * container's own identity, and then runs the bundle. What is not there yet (the bundle before the first `npm run deploy`, a secret nobody has put in, a role that is on its way)
 * is waited for.
 *
 * It runs by itself, from the command line of the container: it imports nothing but Node.
 */
import { spawn } from 'node:child_process'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

const { BUNDLE_URL = '', IDENTITY_ENDPOINT = '', IDENTITY_HEADER = '', AZURE_CLIENT_ID = '' } = process.env
const retryMs = Number(process.env['RETRY_MS'] ?? 10_000)
const reference = /^@Microsoft\.KeyVault\(SecretUri=(.+)\)$/

async function main(): Promise<void> {
  const env: NodeJS.ProcessEnv = { ...process.env }
  for (const [name, value = ''] of Object.entries(env)) {
    const uri = reference.exec(value)?.[1]
    if (uri === undefined) continue
    const answer = await untilThere(name, `${uri}?api-version=7.4`, 'https://vault.azure.net')
    env[name] = ((await answer.json()) as { value: string }).value
  }
  const bundle = await untilThere('the bundle', BUNDLE_URL, 'https://storage.azure.com/')
  env['SNAPSHOT_SCHEMA_ID'] = bundle.headers.get('x-ms-meta-snapshot_schema_id') ?? ''
  const file = path.join(await mkdtemp(path.join(tmpdir(), 'stream-')), 'main.cjs')
  await writeFile(file, new Uint8Array(await bundle.arrayBuffer()))
  run(file, env)
}

async function untilThere(what: string, url: string, audience: string): Promise<Response> {
  for (let said = ''; ;) {
    try {
      return await get(url, { authorization: `Bearer ${await token(audience)}`, 'x-ms-version': '2023-11-03' })
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      if (why !== said) console.log(`waiting ${JSON.stringify({ for: what, why })}`)
      said = why
      await new Promise((resolve) => setTimeout(resolve, retryMs))
    }
  }
}

async function token(resource: string): Promise<string> {
  const query = new URLSearchParams({ 'api-version': '2019-08-01', resource, client_id: AZURE_CLIENT_ID })
  const answer = await get(`${IDENTITY_ENDPOINT}?${query.toString()}`, { 'x-identity-header': IDENTITY_HEADER })
  return ((await answer.json()) as { access_token: string }).access_token
}

/** No part of an answer that failed is told: it may quote what was sent. */
async function get(url: string, headers: Record<string, string>): Promise<Response> {
  const answer = await fetch(url, { headers, signal: AbortSignal.timeout(30_000) })
  if (!answer.ok) throw new Error(`${new URL(url).host} answers ${answer.status}`)
  return answer
}

function run(file: string, env: NodeJS.ProcessEnv): void {
  const worker = spawn(process.execPath, [file], { env, stdio: 'inherit' })
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => worker.kill(signal))
  worker.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGTERM' ? 0 : 1)))
}

await main()
