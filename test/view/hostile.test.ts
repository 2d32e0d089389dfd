import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { clientRegister } from '../../functions/view/clients/cosmos.ts'
import { alertStore, fixtureStore } from '../../functions/view/cosmos.ts'
import { elsewhere } from '../../functions/view/api/elsewhere.ts'
import { endpoints } from '../../functions/view/api/endpoints.ts'
import { pathsIn } from '../../functions/view/api/api-documents.ts'
import { type Sent, sent } from '../../functions/view/send.ts'
import { parseRoute } from '../../infra/local/functions-host/routes.ts'
import { apiDocuments } from '../../scripts/api/documents.ts'
import { openApi } from '../../scripts/api/open-api.ts'
import { quoted, snapshotOf } from '../support/arbitrary.ts'
import { portsOf } from '../support/asking.ts'
import { type HostileRequest, hostileRequests } from '../support/hostile.ts'
import { type OddsInCosmos, oddsInCosmos } from '../support/odds-in-cosmos.ts'
import { publishedCheck } from '../support/schema-check.ts'

let odds: OddsInCosmos
beforeAll(async () => {
  odds = await oddsInCosmos()
  await odds.say([snapshotOf('m', 1_000, { selections: [quoted('a', { last: 0.5 })] })])
})
afterAll(() => odds.close())

const documents = apiDocuments()
const known = pathsIn(documents)
const routes = endpoints.map((endpoint) => ({ endpoint, route: parseRoute(endpoint.route) }))

/** As the host does it: the first route that fits, or what is left of the API. */
async function answerTo({ method, target, headers }: HostileRequest): Promise<Sent | undefined> {
  const url = URL.parse(`http://localhost${target}`)
  if (url === null) return undefined
  const header = (name: string) => headers[name] ?? null
  const fitting = routes.flatMap(({ endpoint, route }) => {
    const params =
      endpoint.method === method || (endpoint.method === 'GET' && method === 'HEAD') ? route.match(url.pathname) : undefined
    return params === undefined ? [] : [{ endpoint, params }]
  })[0]
  const ports = portsOf({
    odds: async () => odds.store,
    alerts: async () => alertStore(odds.database, () => undefined),
    fixtures: async () => fixtureStore(odds.database, () => undefined),
    clients: async () => clientRegister(odds.database, () => undefined),
    doorkeeper: async () => ({ clientUrl: async () => 'wss://x.example/' }),
    documents,
    nowMs: () => 100_000,
  })
  const body = { contentLength: '0', bytes: async () => new Uint8Array() }
  const reply =
    fitting === undefined
      ? elsewhere(method, url.pathname, known)
      : await fitting.endpoint.respond({ params: fitting.params, search: url.search, header, body }, ports)
  return sent(reply, { method, origin: header('origin'), acceptEncoding: null }, ['https://board.example'])
}

const problemCheck = publishedCheck('problem')

describe('the API', () => {
  it('answers whatever is asked: with what is documented, or with what is wrong, and never with an error of its own', async () => {
    const statuses = new Map<number, number>()
    await fc.assert(
      fc.asyncProperty(hostileRequests(openApi()), async (request) => {
        const answer = await answerTo(request)
        if (answer === undefined) return
        const { status, headers, body } = answer
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
        expect(status).toBeGreaterThanOrEqual(200)
        expect(status).toBeLessThan(500)
        if (status < 400 || status === 410) return
        expect(headers['content-type']).toBe('application/problem+json')
        expect(headers['cache-control']).toBe('no-store')
        if (request.method === 'HEAD') return
        const problem: unknown = JSON.parse(String(body))
        expect(problemCheck(problem)).toBeUndefined()
        expect(problem).toMatchObject({ status, detail: expect.stringMatching(/\S{3}/) })
        expect(String(body).length).toBeLessThan(8_000)
      }),
      { numRuns: 3_000 },
    )
    for (const status of [200, 400, 404, 405, 414]) expect([...statuses.keys()]).toContain(status)
  }, 60_000)
})
