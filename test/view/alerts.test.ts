import type { Database } from '@azure/cosmos'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { alertDocument } from '../../functions/book/documents.ts'
import { topicOf } from '../../functions/book/ids.ts'
import type { Reply } from '../../functions/http/reply.ts'
import { type AlertsAnswer, getAlerts } from '../../functions/view/api/alerts.ts'
import { alertStore } from '../../functions/view/cosmos.ts'
import { alertOf } from '../support/alerts.ts'
import { asking, jsonIn, portsOf } from '../support/asking.ts'
import { type OurCosmos, ourCosmos } from '../support/our-cosmos.ts'

let cosmos: OurCosmos
let database: Database
const unreadable: string[] = []

const older = alertOf('older', { observedAtMs: 100_000, kind: 'steam' })
const newer = alertOf('newer', { observedAtMs: 300_000 })
const sports = alertOf('sports', { observedAtMs: 200_000, topic: topicOf('sports') })

beforeAll(async () => {
  cosmos = await ourCosmos()
  database = cosmos.database
  for (const alert of [older, newer, sports]) await database.container('alerts').items.create(alertDocument(alert))
  await database.container('alerts').items.create({ id: 'broken', topic: 'politics', kind: 'move', observedAtMs: 400_000 })
})
afterAll(() => cosmos.close())

const ask = (query = '', ifNoneMatch = ''): Promise<Reply> => {
  const alerts = async () => alertStore(database, (reason) => unreadable.push(reason))
  return asking(portsOf({ alerts }))(getAlerts, query, { headers: { 'if-none-match': ifNoneMatch } })
}
const idsIn = (reply: Reply) => (jsonIn(reply) as AlertsAnswer).alerts.map(({ id }) => id)

describe('GET /api/alerts, on Cosmos DB', () => {
  it.each([
    ['', ['newer', 'sports', 'older']],
    ['topic=politics', ['newer', 'older']],
    ['topic=politics&kind=steam', ['older']],
    ['kind=move', ['newer', 'sports']],
    ['topic=sports&kind=steam', []],
    ['topic=sports&limit=1', ['sports']],
  ])('gives the newest first, asked for "%s", and leaves out what it cannot read', async (query, expected) => {
    expect(idsIn(await ask(query))).toEqual(expected)
  })

  it('gives an alert as it was raised, without what the store adds', async () => {
    expect(jsonIn(await ask('topic=sports'))).toEqual({ alerts: [sports], next: null })
    expect(unreadable.length).toBeGreaterThan(0)
  })

  it('goes on with older ones by next, also among those of one instant', async () => {
    for (const id of ['e', 'd', 'c', 'b', 'a'])
      await database.container('alerts').items.create(alertDocument(alertOf(id, { observedAtMs: 50_000 })))
    const pages: string[][] = []
    let next: string | null = '?limit=3'
    while (next !== null && pages.length < 9) {
      const reply = await ask(next)
      pages.push(idsIn(reply))
      const address: string | null = (jsonIn(reply) as AlertsAnswer).next
      next = address === null ? null : new URL(address, 'http://x').search
    }
    expect(pages.map(({ length }) => length)).toEqual([2, 3, 3])
    expect(new Set(pages.flat())).toEqual(new Set(['newer', 'sports', 'older', 'a', 'b', 'c', 'd', 'e']))
  })

  it('answers 304 to who has them all', async () => {
    const first = await ask()
    expect([first.status, (await ask('', first.headers['etag'])).status]).toEqual([200, 304])
  })

  it.each(['topic=weather', 'kind=rumour', 'limit=0', 'limit=501', 'limit=x'])('refuses %s', async (query) => {
    expect((await ask(query)).status).toBe(400)
  })
})
