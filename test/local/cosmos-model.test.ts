/** Random operations, carried out by the server and by a model of twenty lines: they must agree on every answer. */
import { ChangeFeedStartFrom, type Container, type OperationInput } from '@azure/cosmos'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { handClock } from '../../infra/local/clock.ts'
import { startFixture, statusOf, type CosmosFixture } from './cosmos-support.ts'

const clock = handClock()
let cosmos: CosmosFixture
beforeAll(async () => {
  cosmos = await startFixture(clock)
})
afterAll(() => cosmos.close())

type Key = string | number | null
type Doc = { id: string; marketId: Key; seq: number; ttl?: number }
type Condition = 'none' | 'current' | 'stale'
type Write =
  | { kind: 'Create' | 'Upsert' | 'Replace'; doc: Omit<Doc, 'marketId'>; condition: Condition }
  | { kind: 'Delete'; id: string }
  | { kind: 'Increment'; id: string; condition: Condition }
type Step =
  | { step: 'write'; marketId: Key; write: Write }
  | { step: 'batch'; marketId: Key; writes: Write[] }
  | { step: 'read'; marketId: Key; id: string }
  | { step: 'pass'; seconds: number }
  | { step: 'feed'; maxItemCount: number }

const id = fc.constantFrom('a', 'b', 'c')
const marketId = fc.constantFrom<Key[]>('5', 5, null)
const condition = fc.constantFrom<Condition[]>('none', 'none', 'current', 'stale')
const doc = fc.record({ id, seq: fc.integer({ min: -3, max: 9 }), ttl: fc.constantFrom(2, 5) }, { requiredKeys: ['id', 'seq'] })
const write: fc.Arbitrary<Write> = fc.oneof(
  fc.record({ kind: fc.constantFrom('Create', 'Upsert', 'Replace'), doc, condition }),
  fc.record({ kind: fc.constant('Delete'), id }),
  fc.record({ kind: fc.constant('Increment'), id, condition }),
)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ step: fc.constant('write'), marketId, write }) },
  {
    weight: 3,
    arbitrary: fc.record({ step: fc.constant('batch'), marketId, writes: fc.array(write, { minLength: 1, maxLength: 5 }) }),
  },
  { weight: 1, arbitrary: fc.record({ step: fc.constant('read'), marketId, id }) },
  { weight: 1, arbitrary: fc.record({ step: fc.constant('pass'), seconds: fc.constantFrom(1, 3) }) },
  { weight: 1, arbitrary: fc.record({ step: fc.constant('feed'), maxItemCount: fc.constantFrom(1, 2, 100) }) },
)

type Stored = { doc: Doc; written: number; expiresAt: number }
type Model = Map<string, Stored>
const keyOf = (key: Key, docId: string) => `${JSON.stringify(key)} ${docId}`

/** What a write must be answered with; applies it when that is success. */
function apply(model: Model, key: Key, { ...each }: Write, now: number, written: number): number {
  const docId = 'doc' in each ? each.doc.id : each.id
  const at = keyOf(key, docId)
  const found = model.get(at)
  const current = found !== undefined && found.expiresAt > now ? found : undefined
  const put = (value: Doc) => model.set(at, { doc: value, written, expiresAt: now + (value.ttl ?? Infinity) })
  if (each.kind === 'Create') {
    if (current !== undefined) return 409
    put({ ...each.doc, marketId: key })
    return 201
  }
  if (current === undefined) {
    if (each.kind !== 'Upsert') return 404
    put({ ...each.doc, marketId: key })
    return 201
  }
  if (each.kind === 'Delete') {
    model.delete(at)
    return 204
  }
  if (each.condition === 'stale') return 412
  put(each.kind === 'Increment' ? { ...current.doc, seq: current.doc.seq + 1 } : { ...each.doc, marketId: key })
  return 200
}

const increment = [{ op: 'incr' as const, path: '/seq', value: 1 }]

/** The etag that the condition speaks of, as a reader of this moment would know it. */
async function etagFor(container: Container, key: Key, each: Write): Promise<string | undefined> {
  if (!('condition' in each) || each.condition === 'none') return undefined
  if (each.condition === 'stale') return '"00000000-0000-0000-0000-000000000000"'
  const read = await container.item('doc' in each ? each.doc.id : each.id, key).read()
  return read.statusCode === 200 ? read.etag : undefined
}

async function send(container: Container, key: Key, each: Write): Promise<number> {
  const etag = await etagFor(container, key, each)
  const options = etag === undefined ? {} : { accessCondition: { type: 'IfMatch', condition: etag } }
  const item = container.item('doc' in each ? each.doc.id : each.id, key)
  const request = async () => {
    if (each.kind === 'Create') return container.items.create({ ...each.doc, marketId: key as string })
    if (each.kind === 'Upsert') return container.items.upsert({ ...each.doc, marketId: key as string }, options)
    if (each.kind === 'Replace') return item.replace({ ...each.doc, marketId: key as string }, options)
    return each.kind === 'Delete' ? item.delete() : item.patch(increment, options)
  }
  let status = 0
  const refused = await statusOf(request().then((response) => (status = response.statusCode)))
  return refused ?? status
}

/** Inside a batch the current etag of a document may be that of an operation before, so only 'none' and 'stale' are asked for. */
function toOperation(key: Key, each: Write): OperationInput {
  const resource = 'doc' in each ? { ...each.doc, marketId: key } : undefined
  const stale = 'condition' in each && each.condition === 'stale' && each.kind !== 'Create'
  const ifMatch = stale ? { ifMatch: '"00000000-0000-0000-0000-000000000000"' } : {}
  switch (each.kind) {
    case 'Create':
    case 'Upsert':
      return { operationType: each.kind, resourceBody: resource as never, ...ifMatch }
    case 'Replace':
      return { operationType: 'Replace', id: each.doc.id, resourceBody: resource as never, ...ifMatch }
    case 'Delete':
      return { operationType: 'Delete', id: each.id }
    case 'Increment':
      return { operationType: 'Patch', id: each.id, resourceBody: { operations: increment }, ...ifMatch }
  }
}

function applyBatch(model: Model, key: Key, writes: Write[], now: number, written: number): number[] {
  const before = new Map(model)
  const statuses: number[] = []
  for (const [at, each] of writes.entries()) {
    statuses.push(apply(model, key, each, now, written + at))
    if ((statuses[at] ?? 0) < 400) continue
    model.clear()
    for (const [kept, stored] of before) model.set(kept, stored)
    return writes.map((_, index) => (index === at ? (statuses[at] ?? 0) : 424))
  }
  return statuses
}

function visible(model: Model, now: number): Stored[] {
  return [...model.values()].filter(({ expiresAt }) => expiresAt > now)
}

describe('any sequence of operations', () => {
  it('has the effect and the answers of the model', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
        const container = await cosmos.container({ defaultTtl: -1 })
        const model: Model = new Map()
        let fed = 0
        let token: string | undefined
        const now = () => Math.floor(clock.nowMs() / 1_000)
        for (const [index, each] of steps.entries()) {
          const written = (index + 1) * 100
          if (each.step === 'pass') clock.advance(each.seconds * 1_000)
          else if (each.step === 'write') {
            const expected = apply(model, each.marketId, each.write, now(), written)
            // Without a document there is no current etag to send, and an upsert creates whatever its condition.
            expect(await send(container, each.marketId, each.write)).toBe(expected)
          } else if (each.step === 'batch') {
            const expected = applyBatch(model, each.marketId, each.writes, now(), written)
            const operations = each.writes.map((one) => toOperation(each.marketId, one))
            const { code, result } = await container.items.batch(operations, [each.marketId] as never)
            expect(result?.map(({ statusCode }) => statusCode)).toEqual(expected)
            expect(code).toBe(expected.every((status) => status < 400) ? 200 : 207)
          } else if (each.step === 'read') {
            const stored = model.get(keyOf(each.marketId, each.id))
            const expected = stored !== undefined && stored.expiresAt > now() ? stored.doc : undefined
            const { resource } = await container.item(each.id, each.marketId).read<Doc>()
            if (expected === undefined) expect(resource).toBeUndefined()
            else expect(resource).toMatchObject(expected)
          } else {
            const changeFeedStartFrom =
              token === undefined ? ChangeFeedStartFrom.Beginning() : ChangeFeedStartFrom.Continuation(token)
            const iterator = container.items.getChangeFeedIterator<Doc>({ changeFeedStartFrom, maxItemCount: each.maxItemCount })
            const seen: Doc[] = []
            for (;;) {
              const page = await iterator.readNext()
              token = page.continuationToken
              if (page.statusCode === 304) break
              seen.push(...page.result)
            }
            const news = visible(model, now()).filter((stored) => stored.written > fed)
            const expected = news.toSorted((left, right) => left.written - right.written).map((stored) => stored.doc)
            expect(seen.map((document) => keyOf(document.marketId, document.id))).toEqual(
              expected.map((document) => keyOf(document.marketId, document.id)),
            )
            expect(seen).toMatchObject(expected)
            fed = written
          }
        }
        const left = visible(model, now()).map((stored) => stored.doc)
        const { resources } = await container.items.query<Doc>('SELECT * FROM c WHERE c.seq > 0 ORDER BY c.seq').fetchAll()
        const positive = left.filter(({ seq }) => seq > 0).map(({ seq }) => seq)
        expect(resources.map(({ seq }) => seq)).toEqual(positive.toSorted((a, b) => a - b))
        const { resources: counts } = await container.items.query('SELECT VALUE COUNT(1) FROM c', { partitionKey: 5 }).fetchAll()
        expect(counts).toEqual([left.filter((each) => each.marketId === 5).length])
        await container.delete()
      }),
      { numRuns: 60 },
    )
  })
})
