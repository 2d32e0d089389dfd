import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'

import { quoteKeyOf } from '../../../functions/book/ids.ts'
import { exactProbability, priceFormats } from '../../../functions/book/price.ts'
import { endpoints } from '../../../functions/view/api/endpoints.ts'
import { parseM } from './m/evaluate.ts'
import { type Refreshed, refresh, run, type Source } from './m/refresh.ts'
import { isA, isFunction, MError, type TableValue, type Value } from './m/values.ts'
import { expressions, relationships, tables, type Way, ways } from './project.ts'
import { historyHours, isTick, mirrored, newWorld, nowMs, type World } from './world.ts'

const both = Object.keys(ways) as Way[]
let world: World
const refreshed = new Map<Way, Refreshed>()

const source = (way: Way, parameters: Record<string, Value> = {}): Source => {
  const asked = { HistoryHours: historyHours, ...parameters }
  return way === 'http'
    ? { nowMs, parameters: asked, answer: world.answer }
    : { nowMs, parameters: asked, sql: { odds_odds: mirrored(world.documents) } }
}

beforeAll(async () => {
  world = await newWorld()
  for (const way of both) refreshed.set(way, await refresh(way, source(way)))
})

function rowsOf(way: Way, name: string): Record<string, Value>[] {
  const found = refreshed.get(way)?.tables.get(name)
  if (found === undefined) throw new Error(`${name} was not filled`)
  return records(found)
}
const records = ({ columns, rows }: TableValue) =>
  rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i] ?? null])))
const sorted = (rows: readonly Record<string, Value>[]) => rows.map((row) => JSON.stringify(row)).toSorted()

describe.each(both)('the queries, by way of %s', (way) => {
  it.each([...expressions(way), ...tables].map(({ name, m }) => [name, m] as const))(
    '%s is M, as Microsoft reads it',
    async (_name, m) => {
      expect(await parseM(m)).toMatchObject({ ok: true })
    },
  )

  it.each(tables.map((table) => [table.name, table] as const))(
    '%s has the columns that the model takes, of their types',
    (name, { columns }) => {
      const filled = refreshed.get(way)?.tables.get(name)
      expect(filled?.columns.toSorted()).toEqual(columns.map((column) => column.source).toSorted())
      for (const column of columns)
        expect(`${column.source} ${filled?.types.get(column.source)}`).toBe(`${column.source} ${typeInM[column.dataType]}`)
      expect(filled?.rows.length).toBeGreaterThan(0)
    },
  )

  it.each(tables.filter(({ name }) => name !== 'Time').map((table) => [table.name, table] as const))(
    'fills every column of %s somewhere',
    (name, { columns }) => {
      const rows = rowsOf(way, name)
      const empty = columns.filter((column) => rows.every((row) => row[column.source] === null)).map((column) => column.name)
      // Nothing here has a page, a picture, or an end.
      expect(empty.filter((column) => !['Page', 'Image', 'Picture', 'Outcome'].includes(column))).toEqual([])
    },
  )

  it('gives no key twice, and knows every row that refers to one', () => {
    for (const { from, to } of relationships) {
      const sourceOf = (at: { table: string; column: string }) =>
        tables.find(({ name }) => name === at.table)?.columns.find(({ name }) => name === at.column)?.source ?? ''
      const keys = rowsOf(way, to.table).map((row) => JSON.stringify(row[sourceOf(to)]))
      expect(new Set(keys).size).toBe(keys.length)
      const referring = rowsOf(way, from.table).filter((row) => !keys.includes(JSON.stringify(row[sourceOf(from)])))
      // What held when the history begins is before its time line, and it alone.
      expect(referring.filter((row) => !(from.table === 'History' && row['ticks'] === 0))).toEqual([])
    }
  })

  it('shows the price in force at the end of every step as the ticks have it, and no price in a gap (I8)', () => {
    const truths = Map.groupBy(
      world.documents.filter(isTick),
      (tick) => `${tick.marketId}\n${quoteKeyOf(tick.selectionId, tick.bookmaker)}`,
    )
    const lines = Map.groupBy(rowsOf(way, 'History'), (row) => row['quoteKey'])
    expect(new Set(lines.keys())).toEqual(new Set(truths.keys()))
    let gaps = 0
    for (const [key, ticks] of truths) {
      for (const { until } of rowsOf(way, 'Time')) {
        const untilMs = instantOf(until)
        const truth = ticks.filter(({ observedAtMs }) => observedAtMs < untilMs).toSorted((a, b) => b.seq - a.seq)[0]
        const newest = lines
          .get(key)
          ?.filter(({ at }) => instantOf(at) < untilMs)
          .toSorted((a, b) => Number(b['order']) - Number(a['order']))[0]
        const price = truth?.status === 'open' ? truth.back : null
        if (truth !== undefined && price === null) gaps++
        expect([key, untilMs, newest?.['price'] ?? null]).toEqual([key, untilMs, price])
      }
    }
    expect(gaps).toBeGreaterThan(0)
  })

  it('counts each tick of the history once', () => {
    const fromMs = Math.min(...rowsOf(way, 'Time').map(({ step }) => instantOf(step)))
    const counted = rowsOf(way, 'History').reduce((sum, { ticks }) => sum + Number(ticks), 0)
    expect(counted).toBe(world.documents.filter((document) => isTick(document) && document.observedAtMs >= fromMs).length)
  })

  it('reaches from the history’s first step to the refresh', () => {
    const steps = rowsOf(way, 'Time').map(({ step }) => instantOf(step))
    expect(steps[0]).toBeLessThanOrEqual(nowMs - historyHours * 3_600_000)
    expect(steps.at(-1)).toBeLessThanOrEqual(nowMs)
    expect((steps.at(-1) ?? 0) + 300_000).toBeGreaterThan(nowMs)
    expect(new Set(steps.slice(1).map((step, i) => step - (steps[i] ?? 0)))).toEqual(new Set([300_000]))
  })

  it('states what a price implies as the pipeline does', async () => {
    const implied = await run(way, 'Implied', source(way))
    if (!isFunction(implied)) throw new Error('Implied is no function')
    const price = fc.oneof(fc.double({ min: -2_000, max: 2_000, noNaN: true }), fc.constantFrom(0, 1, -100, 100, 2, -1_000_000))
    fc.assert(
      fc.property(price, fc.constantFrom(...priceFormats), (value, format) => {
        fc.pre(
          format === 'probability' ? value === 0 || value > 1e-9 : format === 'american' ? Math.abs(value) >= 100 : value >= 1,
        )
        const [ours, theirs] = [exactProbability(value, format) ?? null, implied(value, format)]
        if (ours === null) expect(theirs).toBeNull()
        else expect(theirs).toBeCloseTo(ours, 12)
      }),
    )
    expect(implied(null, 'decimal')).toBeNull()
  })
})

describe('the two ways', () => {
  it('say the same of what they share', () => {
    const [one, other] = both.map((way) => new Map(expressions(way).map(({ name, m }) => [name, m])))
    const common = [...(one ?? [])].filter(([name]) => other?.has(name))
    const different = common.filter(([name, m]) => other?.get(name) !== m).map(([name]) => name)
    expect(different.toSorted()).toEqual(['Books', 'Changes', 'Quotes', 'Selections'])
    expect(common.length).toBeGreaterThan(different.length)
  })

  it.each(['Market', 'Selection', 'Quote', 'Time'])('fill %s alike', (name) => {
    expect(sorted(rowsOf('mirrored', name))).toEqual(sorted(rowsOf('http', name)))
  })
})

describe('by way of http', () => {
  it('asks no address but the app’s, and only what its API takes', () => {
    const requests = refreshed.get('http')?.requests ?? []
    expect(new Set(requests.map(({ address }) => address))).toEqual(new Set(['http://localhost:7071']))
    const routes = Map.groupBy(requests, ({ path }) => path.replace(/markets\/.+\//, 'markets/{id}/'))
    expect([...routes.keys()].map((route) => endpoints.some((endpoint) => endpoint.route.startsWith(route)))).toEqual([
      true,
      true,
      true,
    ])
    const history = routes.get('api/markets/{id}/history') ?? []
    expect(history.length).toBe(rowsOf('http', 'Market').length)
    expect(history.map(({ query }) => Object.keys(query).toSorted().join())).toEqual(history.map(() => 'format,from,side,step'))
  })

  it('reads the history of so many markets, those that changed last', async () => {
    const { requests } = await refresh('http', source('http', { HistoryMarkets: 2 }))
    const asked = requests
      .filter(({ path }) => path.endsWith('/history'))
      .map(({ path }) => decodeURIComponent(path.split('/')[2] ?? ''))
    const latest = rowsOf('http', 'Market')
      .toSorted((a, b) => instantOf(b['changedAt']) - instantOf(a['changedAt']))
      .slice(0, 2)
    expect(new Set<Value>(asked)).toEqual(new Set(latest.map(({ marketId }) => marketId)))
  })

  it('asks for another side and another step where that is set', async () => {
    const { requests } = await refresh('http', source('http', { Side: 'last', StepMinutes: 60 }))
    const asked = requests.find(({ path }) => path.endsWith('/history'))
    expect(asked?.query).toMatchObject({ side: 'last', step: '60m' })
  })

  it('fails, and says why, where the API refuses', async () => {
    const asked = refresh('http', source('http', { Side: 'middle' }))
    await expect(asked).rejects.toThrow(MError)
    await expect(asked).rejects.toThrow(/400.*side takes/)
  })

  it('keeps names with commas, quotes and line starts that look like formulas', () => {
    expect(rowsOf('http', 'Selection').map(({ name }) => name)).toEqual(expect.arrayContaining(['He said "1, 2"', "-it's"]))
  })
})

describe('by way of the mirrored database', () => {
  it('knows what was in force when the history begins from the books, where the ticks have expired', async () => {
    const fromMs = Math.min(...rowsOf('mirrored', 'Time').map(({ step }) => instantOf(step)))
    const kept = world.documents.filter((document) => !isTick(document) || document.observedAtMs >= fromMs)
    const { tables: filled } = await refresh('mirrored', { ...source('mirrored'), sql: { odds_odds: mirrored(kept) } })
    const history = filled.get('History')
    const [all, left] = [rowsOf('mirrored', 'History'), history === undefined ? [] : records(history)]
    const moved = new Set(all.filter(({ ticks }) => ticks === 1).map(({ quoteKey }) => quoteKey))
    const known = all.filter(({ ticks, quoteKey }) => ticks === 1 || !moved.has(quoteKey))
    expect(known.length).toBeLessThan(all.length)
    expect(sorted(left)).toEqual(sorted(known))
  })

  it('fails where the JSON of a book was cut off', async () => {
    const whole = mirrored(world.documents)
    const at = whole.columns.indexOf('selections')
    const cut = {
      ...whole,
      rows: whole.rows.map((row) => row.toSpliced(at, 1, typeof row[at] === 'string' ? row[at].slice(0, -10) : null)),
    }
    await expect(refresh('mirrored', { ...source('mirrored'), sql: { odds_odds: cut } })).rejects.toThrow(MError)
  })

  it('says so where the table has another name', async () => {
    await expect(refresh('mirrored', { ...source('mirrored'), sql: { odds: mirrored(world.documents) } })).rejects.toThrow(
      "The key didn't match any rows",
    )
  })
})

const typeInM: Record<string, string> = {
  string: 'text',
  double: 'number',
  int64: 'Int64',
  dateTime: 'datetime',
  boolean: 'logical',
}

function instantOf(value: Value = null): number {
  if (!isA(value, 'datetime')) throw new Error('no date and time')
  return value.ms
}
