import type { Container, FeedOptions, JSONValue, SqlQuerySpec } from '@azure/cosmos'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { lean, messageOf, startFixture, statusOf, type CosmosFixture } from './cosmos-support.ts'

let cosmos: CosmosFixture
beforeAll(async () => {
  cosmos = await startFixture()
})
afterAll(() => cosmos.close())

async function containerOf(values: readonly object[], definition = {}): Promise<Container> {
  const container = await cosmos.container(definition)
  for (const [at, value] of values.entries()) await container.items.create({ id: `d${at}`, marketId: 'm1', ...value })
  return container
}

async function all(container: Container, query: string, parameters: Record<string, JSONValue> = {}, options: FeedOptions = {}) {
  const spec: SqlQuerySpec = {
    query,
    parameters: Object.entries(parameters).map(([name, value]) => ({ name: `@${name}`, value })),
  }
  return (await container.items.query<unknown>(spec, options).fetchAll()).resources
}

/** One document of each kind of value under `x`, which is indexed or not. */
const kinds = [
  {},
  { x: null },
  { x: false },
  { x: true },
  { x: -1.5 },
  { x: 0 },
  { x: 7 },
  { x: '' },
  { x: '7' },
  { x: [7] },
  { x: { y: 7 } },
]

describe.each([
  { name: 'over an indexed path', policy: lean(['/x/?', '/seq/?']) },
  { name: 'over a path without an index', policy: lean(['/seq/?']) },
])('a comparison $name', ({ policy }) => {
  it.each([
    ['c.x = 7', [7]],
    ['c.x = "7"', ['7']],
    ['7 <= c.x', [7]],
    ['c.x > -2', [-1.5, 0, 7]],
    ['c.x < 7', [-1.5, 0]],
    ['c.x >= ""', ['', '7']],
    ['c.x = null', [null]],
    ['c.x < true', [false]],
    ['c.x >= false', [false, true]],
    ['c.x != 7', [-1.5, 0]],
    ['NOT (c.x = 7)', [-1.5, 0]],
    ['c.x BETWEEN 0 AND 7', [0, 7]],
    ['c.x BETWEEN 0 AND "7"', []],
    ['c.x IN (7, "7", null, false)', [null, false, 7, '7']],
    ['c.x NOT IN (7, 0)', [-1.5]],
    ['c.x = [7]', [[7]]],
    ['c["x"]["y"] = 7', [{ y: 7 }]],
    ['c.x[0] = 7', [[7]]],
    ['NOT IS_DEFINED(c.x)', [undefined]],
    ['IS_NULL(c.x)', [null]],
    ['IS_DEFINED(c.x) AND NOT IS_NULL(c.x) AND c.x = true OR c.x = 0', [true, 0]],
    ['c.none = c.none', []],
    ['NOT (c.none = 1)', []],
    ['c.none = 1 OR c.x = 7', [7]],
  ])('%s', async (condition, expected) => {
    const container = await containerOf(kinds, { indexingPolicy: policy })
    const found = await all(container, `SELECT * FROM c WHERE ${condition}`)
    expect(found.map((document) => (document as { x?: unknown }).x)).toEqual(expected)
  })
})

describe('a parameter', () => {
  it('may be an object or an array, equal only to its like', async () => {
    const container = await containerOf([{ x: { y: 7 } }, { x: { y: 7, z: 1 } }, { x: [7, 8] }, { x: [8, 7] }])
    const ids = (x: JSONValue) => all(container, 'SELECT VALUE c.id FROM c WHERE c.x = @x', { x })
    expect(await ids({ y: 7 })).toEqual(['d0'])
    expect(await ids({ z: 1, y: 7 })).toEqual(['d1'])
    expect(await ids([8, 7])).toEqual(['d3'])
  })
})

describe('functions', () => {
  it.each([
    ['STARTSWITH(c.name, "Tru")', ['Trump', 'Trudeau']],
    ['STARTSWITH(c.name, "tru", true)', ['Trump', 'Trudeau']],
    ['CONTAINS(c.name, "rum")', ['Trump']],
    ['CONTAINS(LOWER(c.name), @part)', ['Harris']],
    ['UPPER(c.name) = "HARRIS"', ['Harris']],
    ['ARRAY_CONTAINS(c.tags, "b")', ['Trump', 'Harris']],
    ['ARRAY_CONTAINS(["Trump", "x"], c.name)', ['Trump']],
    ['ARRAY_CONTAINS(@names, c.name)', ['Harris']],
    ['ARRAY_CONTAINS(c.quotes, {}, true)', []],
  ])('%s', async (condition, expected) => {
    const container = await containerOf([
      { name: 'Trump', tags: ['a', 'b'] },
      { name: 'Harris', tags: ['b'] },
      { name: 'Trudeau', tags: 'b' },
    ])
    const query = `SELECT VALUE c.name FROM c WHERE ${condition}`
    const parameters = { part: 'harr', names: ['Harris'] }
    if (condition.includes('{}')) expect(await messageOf(all(container, query))).toContain('object literal')
    else expect(await all(container, query, parameters)).toEqual(expected)
  })
})

describe('the selection', () => {
  it('is the document, a value, or an object of what is defined', async () => {
    const container = await containerOf([{ a: { b: 1 }, n: 2 }, { n: 3 }])
    expect(await all(container, 'SELECT c.a.b, c.n AS m FROM c')).toEqual([{ b: 1, m: 2 }, { m: 3 }])
    expect(await all(container, 'SELECT VALUE c.a.b FROM c')).toEqual([1])
    expect(await all(container, 'SELECT t.n FROM ticks t WHERE t.n > 2')).toEqual([{ n: 3 }])
    expect(await all(container, 'SELECT VALUE t FROM ticks AS t WHERE t.n = 3')).toMatchObject([{ id: 'd1', n: 3 }])
    expect(await all(container, 'SELECT c.n > 2 AS big, c.id FROM c')).toEqual([
      { big: false, id: 'd0' },
      { big: true, id: 'd1' },
    ])
  })

  it('may be an aggregate', async () => {
    const container = await containerOf([{ n: 3 }, { n: 1 }, { n: 5, name: 'x' }, {}])
    const one = async (query: string) => all(container, query)
    expect(await one('SELECT VALUE COUNT(1) FROM c')).toEqual([4])
    expect(await one('SELECT VALUE COUNT(c.n) FROM c')).toEqual([3])
    expect(await one('SELECT VALUE SUM(c.n) FROM c WHERE c.n > 1')).toEqual([8])
    expect(await one('SELECT VALUE AVG(c.n) FROM c')).toEqual([3])
    expect(await one('SELECT VALUE MIN(c.n) FROM c')).toEqual([1])
    expect(await one('SELECT VALUE MAX(c.n) FROM c')).toEqual([5])
    expect(await one('SELECT VALUE SUM(c.name) FROM c')).toEqual([])
    expect(await one('SELECT VALUE COUNT(1) FROM c WHERE c.n = 99')).toEqual([0])
  })

  it('may be distinct values', async () => {
    const container = await containerOf([{ t: 'a' }, { t: 'b' }, { t: 'a' }, { t: 1 }, {}, { t: 'b' }])
    expect(await all(container, 'SELECT DISTINCT VALUE c.t FROM c')).toEqual(['a', 'b', 1])
    expect(await all(container, 'SELECT DISTINCT VALUE c.t FROM c', {}, { maxItemCount: 2 })).toEqual(['a', 'b', 1])
  })
})

describe('ORDER BY', () => {
  const mixed = ['b', 2, null, 'a', true, undefined, -1, 'ä', false, '🏆', '\uffee', 10].map((seq) => ({ seq }))
  const order = [null, false, true, -1, 2, 10, 'a', 'b', 'ä', '\uffee', '🏆']

  it('sorts by type, then by value, text by code point; what is undefined comes first under its own index', async () => {
    const container = await containerOf(mixed)
    const ascending = await all(container, 'SELECT * FROM c ORDER BY c.seq')
    expect(ascending.map((document) => (document as { seq?: unknown }).seq)).toEqual([undefined, ...order])
    const descending = await all(container, 'SELECT * FROM c ORDER BY c.seq DESC', {}, { maxItemCount: 3 })
    expect(descending.map((document) => (document as { seq?: unknown }).seq)).toEqual([...order.toReversed(), undefined])
  })

  it('sorts the same under a wildcard, without what is undefined', async () => {
    const container = await containerOf(mixed, { indexingPolicy: { includedPaths: [{ path: '/*' }] } })
    const ascending = await all(container, 'SELECT * FROM c ORDER BY c.seq', {}, { maxItemCount: 2 })
    expect(ascending.map((document) => (document as { seq?: unknown }).seq)).toEqual(order)
    expect(await all(container, 'SELECT VALUE c.seq FROM c ORDER BY c.seq DESC')).toEqual(order.toReversed())
  })

  it('is refused on a path without an index, and on two paths', async () => {
    const container = await containerOf([{ a: 1 }])
    expect(await statusOf(all(container, 'SELECT * FROM c ORDER BY c.a'))).toBe(400)
    expect(await messageOf(all(container, 'SELECT * FROM c ORDER BY c.a'))).toContain('/a/?')
    expect(await statusOf(all(container, 'SELECT * FROM c ORDER BY c.seq, c.type'))).toBe(400)
    expect(await messageOf(all(container, 'SELECT * FROM c ORDER BY c.seq, c.type'))).toContain('composite index')
  })

  it('follows the most specific path of the indexing policy', async () => {
    const policy = { includedPaths: [{ path: '/*' }, { path: '/a/b/*' }], excludedPaths: [{ path: '/a/*' }] }
    const container = await containerOf([{ a: { b: { x: 2 }, c: 1 } }, { a: { b: { x: 1 }, c: 2 } }], { indexingPolicy: policy })
    expect(await all(container, 'SELECT VALUE c.a.b.x FROM c ORDER BY c.a.b.x')).toEqual([1, 2])
    expect(await all(container, 'SELECT VALUE c.id FROM c ORDER BY c.id DESC')).toEqual(['d1', 'd0'])
    expect(await statusOf(all(container, 'SELECT * FROM c ORDER BY c.a.c'))).toBe(400)
  })

  it('works with TOP and with OFFSET LIMIT, over pages too', async () => {
    const container = await containerOf(Array.from({ length: 20 }, (_, at) => ({ seq: (at * 7) % 20 })))
    expect(await all(container, 'SELECT TOP 3 VALUE c.seq FROM c ORDER BY c.seq DESC')).toEqual([19, 18, 17])
    const query = 'SELECT VALUE c.seq FROM c ORDER BY c.seq OFFSET @from LIMIT @most'
    for (const maxItemCount of [1, 2, 5, 100]) {
      expect(await all(container, query, { from: 4, most: 5 }, { maxItemCount })).toEqual([4, 5, 6, 7, 8])
    }
  })
})

describe('paging', () => {
  it('goes on from the continuation token, however the pages fall, while documents come and go', async () => {
    const container = await containerOf(Array.from({ length: 25 }, (_, at) => ({ seq: at % 5 })))
    for (const [query, descending] of [
      ['SELECT * FROM c', undefined],
      ['SELECT * FROM c WHERE c.seq >= 0 ORDER BY c.seq', false],
      ['SELECT * FROM c WHERE c.seq >= 0 ORDER BY c.seq DESC', true],
    ] as const) {
      const seen: { id: string; seq: number }[] = []
      let continuationToken: string | undefined
      do {
        const options = { maxItemCount: 4, ...(continuationToken === undefined ? {} : { continuationToken }) }
        const page = await container.items.query<{ id: string; seq: number }>(query, options).fetchNext()
        expect(page.resources.length).toBeLessThanOrEqual(4)
        seen.push(...page.resources)
        continuationToken = page.continuationToken
        if (seen.length === 8) await container.item(seen[7]?.id ?? '', 'm1').delete()
        if (seen.length === 8) await container.items.create({ id: seen[7]?.id ?? '', marketId: 'm1', seq: -1 })
      } while (continuationToken)
      const original = seen.filter(({ seq }) => seq >= 0)
      expect(original).toHaveLength(25)
      expect(new Set(original.map(({ id }) => id)).size).toBe(25)
      if (descending !== undefined) {
        const seqs = original.map(({ seq }) => seq)
        expect(seqs).toEqual(seqs.toSorted((left, right) => (descending ? right - left : left - right)))
      }
      await container.item(seen[7]?.id ?? '', 'm1').replace({ id: seen[7]?.id ?? '', marketId: 'm1', seq: 2 })
    }
  })

  it('refuses a token that is not its own', async () => {
    const container = await containerOf([{}])
    expect(await statusOf(all(container, 'SELECT * FROM c', {}, { continuationToken: 'nonsense' }))).toBe(400)
  })

  it('answers the same when the SDK is made to use a query plan', async () => {
    const container = await containerOf(Array.from({ length: 9 }, (_, at) => ({ seq: 9 - at })))
    const options = { forceQueryPlan: true, maxItemCount: 2 }
    expect(await all(container, 'SELECT VALUE c.seq FROM c ORDER BY c.seq', {}, options)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(await all(container, 'SELECT TOP 3 VALUE c.seq FROM c ORDER BY c.seq', {}, options)).toEqual([1, 2, 3])
    expect(await all(container, 'SELECT VALUE COUNT(1) FROM c', {}, options)).toEqual([9])
  })
})

describe('a query', () => {
  it('sees the one partition it names, by option or by condition', async () => {
    const container = await cosmos.container()
    for (const marketId of ['m1', 'm2']) await container.items.create({ id: 'book', marketId })
    expect(await all(container, 'SELECT VALUE c.marketId FROM c', {}, { partitionKey: 'm2' })).toEqual(['m2'])
    expect(await all(container, 'SELECT VALUE c.marketId FROM c WHERE c.marketId = @m', { m: 'm1' })).toEqual(['m1'])
    expect(await all(container, 'SELECT VALUE c.marketId FROM c WHERE c.marketId = "m1"', {}, { partitionKey: 'm2' })).toEqual([])
    expect(await all(container, 'SELECT VALUE c.marketId FROM c WHERE c.id = "book"')).toEqual(['m1', 'm2'])
  })
})

describe('what is not understood', () => {
  it.each([
    ['SELECT * FROM c JOIN t IN c.tags', 'JOIN'],
    ['SELECT c.type, COUNT(1) FROM c GROUP BY c.type', 'aggregate without VALUE'],
    ['SELECT c.type FROM c GROUP BY c.type', 'GROUP BY'],
    ['SELECT * FROM c WHERE c.name LIKE "a%"', 'LIKE'],
    ['SELECT * FROM c WHERE EXISTS(SELECT VALUE 1 FROM c)', 'EXISTS'],
    ['SELECT * FROM c WHERE REGEXMATCH(c.a, "x")', 'REGEXMATCH'],
    ['SELECT * FROM c WHERE c.a + 1 = 2', 'the operator +'],
    ['SELECT VALUE {"a": c.a} FROM c', 'object literal'],
    ['SELECT DISTINCT c.a FROM c', 'DISTINCT without VALUE'],
    ['SELECT * FROM c WHERE udf.f(c.a)', 'user-defined functions'],
    ['SELECT * FROM c WHERE x.a = 1', "'x' could not be resolved"],
    ['SELECT * FROM c WHERE c.a = @missing', '@missing'],
    ['SELECT * FROM c WHERE', 'ends where a value was expected'],
    ['SELECT * FROM c WHERE c.a = "open', 'Syntax error'],
    ['DELETE FROM c', 'SELECT'],
    ['SELECT 1', 'FROM'],
  ])('%s', async (query, named) => {
    const container = await containerOf([])
    expect(await statusOf(all(container, query))).toBe(400)
    expect(await messageOf(all(container, query))).toContain(named)
  })
})
