import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import type { Cloud } from '../../scripts/azure/cloud/cloud.ts'

export type Asked = { method: string; path: string; headers: NodeJS.Dict<string | string[]>; body: string; bytes: Buffer }
export type FakeAnswer = { status?: number; headers?: Record<string, string>; json?: unknown; text?: string }

/**
 * Azure's services on this machine, as far as a test says what they answer: `"PUT /arm/subscriptions/…"` → answers, of which the last is
 * repeated; `{url}` in them is its own address. What nobody thought of is answered 500, which no script takes for success.
 */
export async function fakeAzure(answers: Readonly<Record<string, FakeAnswer | readonly FakeAnswer[]>>) {
  const asked: Asked[] = []
  const left = new Map(Object.entries(answers).map(([key, all]) => [key, [all].flat()]))
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const bytes = Buffer.concat(chunks)
      const [path = ''] = (request.url ?? '').split('?')
      const method = request.method ?? ''
      asked.push({ method, path: request.url ?? '', headers: request.headers, body: bytes.toString(), bytes })
      const own = left.get(`${method} ${path}`)
      const answer =
        own === undefined ? { status: 500, text: `unexpected ${method} ${path}` } : own.length > 1 ? own.shift() : own[0]
      const { status = 200, headers = {}, json, text = json === undefined ? '' : JSON.stringify(json) } = answer ?? {}
      const here = (text: string) => text.replaceAll('{url}', url)
      const told = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, here(value)]))
      response.writeHead(status, told).end(here(text))
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const said: string[] = []
  const pausedMs: number[] = []
  const cloud: Cloud = {
    endpoints: {
      management: `${url}/arm`,
      scmOf: () => `${url}/scm`,
      schemaRegistryOf: (namespace) => `${url}/registry/${namespace}`,
      vaultOf: (name) => `${url}/vault/${name}`,
    },
    tokens: async (scope) => `secret token for ${new URL(scope).host}`,
    pause: async (ms) => void pausedMs.push(ms),
    say: (line) => void said.push(line),
  }
  return {
    url,
    cloud,
    asked,
    said,
    pausedMs,
    /** `"PUT /arm/…"`, in the order in which they came. */
    requests: () => asked.map(({ method, path }) => `${method} ${path.split('?')[0]}`),
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
