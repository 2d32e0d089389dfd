import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

import { describe, expect, it } from 'vitest'

import { folder, reportFolder, tables } from './project.ts'

type Json = null | boolean | number | string | Json[] | { [name: string]: Json }
type Field = { kind: string; table: string; name: string }

const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.(json|pbip|pbir|pbism)$|\.platform$/.test(file))
  .map((file) => [file, read(path.join(folder, file))] as const)
const pages = path.join(reportFolder, 'definition/pages')
const pageNames = readdirSync(pages, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
const visuals = pageNames.flatMap((page) =>
  readdirSync(path.join(pages, page, 'visuals')).map((name) => ({
    page,
    name,
    json: read(path.join(pages, page, 'visuals', name, 'visual.json')),
  })),
)

function read(file: string): Json {
  return JSON.parse(readFileSync(file, 'utf8')) as Json
}

/** `at(json, 'visual.query')`; null where there is nothing. */
function at(json: Json, way: string): Json {
  return way.split('.').reduce<Json>((inside, name) => (isObject(inside) ? (inside[name] ?? null) : null), json)
}
function textAt(json: Json, way: string): string {
  const found = at(json, way)
  return typeof found === 'string' ? found : ''
}
const isObject = (json: Json): json is { [name: string]: Json } =>
  typeof json === 'object' && json !== null && !Array.isArray(json)

/** Every `{ Column | Measure: { Expression: { SourceRef }, Property } }`, however deep. A filter names its tables by what its From calls them. */
function fieldsIn(json: Json, called: ReadonlyMap<string, string> = new Map()): Field[] {
  if (Array.isArray(json)) return json.flatMap((item) => fieldsIn(item, called))
  if (!isObject(json)) return []
  const from = Array.isArray(json['From']) ? json['From'] : []
  const known = new Map([...called, ...from.map((source) => [textAt(source, 'Name'), textAt(source, 'Entity')] as const)])
  return Object.entries(json).flatMap(([name, value]) => {
    const source = at(value, 'Expression.SourceRef')
    if ((name !== 'Column' && name !== 'Measure') || source === null) return fieldsIn(value, known)
    const table = textAt(source, 'Entity') || (known.get(textAt(source, 'Source')) ?? '')
    return [{ kind: name, table, name: textAt(value, 'Property') }]
  })
}

const schemas: readonly (readonly [RegExp, string])[] = [
  [/^Oddscast\.pbip$/, 'pbip/pbipProperties/1.0.0'],
  [/\.platform$/, 'gitIntegration/platformProperties/2.0.0'],
  [/definition\.pbism$/, 'item/semanticModel/definitionProperties/1.0.0'],
  [/definition\.pbir$/, 'item/report/definitionProperties/2.0.0'],
  [/definition\/version\.json$/, 'item/report/definition/versionMetadata/1.0.0'],
  [/definition\/report\.json$/, 'item/report/definition/report/3.0.0'],
  [/pages\/pages\.json$/, 'item/report/definition/pagesMetadata/1.0.0'],
  [/page\.json$/, 'item/report/definition/page/2.0.0'],
  [/visual\.json$/, 'item/report/definition/visualContainer/2.0.0'],
]

describe('the project’s JSON', () => {
  it.each(files)('%s names the schema of its kind', (file, json) => {
    const schema = schemas.find(([pattern]) => pattern.test(file.replaceAll(path.sep, '/')))?.[1]
    expect(at(json, '$schema')).toBe(`https://developer.microsoft.com/json-schemas/fabric/${schema}/schema.json`)
  })

  it('leads from the project to the report, and from there to the model', () => {
    const artifacts = at(read(path.join(folder, 'Oddscast.pbip')), 'artifacts')
    expect(artifacts).toEqual([{ report: { path: path.basename(reportFolder) } }])
    const model = textAt(read(path.join(reportFolder, 'definition.pbir')), 'datasetReference.byPath.path')
    expect(existsSync(path.join(reportFolder, model, 'definition/model.tmdl'))).toBe(true)
  })

  it('gives the report and the model an identity each', () => {
    const ids = files.filter(([file]) => file.endsWith('.platform')).map(([, json]) => textAt(json, 'config.logicalId'))
    expect(ids.length).toBe(2)
    expect(new Set(ids).size).toBe(2)
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  })

  it('keeps what belongs to one machine out of the repository', () => {
    const ignored = readFileSync(path.join(folder, '.gitignore'), 'utf8').split('\n')
    expect(ignored).toEqual(expect.arrayContaining(['**/.pbi/localSettings.json', '**/.pbi/cache.abf']))
  })
})

describe('the report', () => {
  it('has a board, a history and a movers page, in that order, and opens on the board', () => {
    const { pageOrder, activePageName } = read(path.join(pages, 'pages.json')) as { pageOrder: string[]; activePageName: string }
    expect(pageOrder).toEqual(['board', 'history', 'movers'])
    expect(pageNames.toSorted()).toEqual(pageOrder.toSorted())
    expect(activePageName).toBe('board')
    for (const name of pageNames) expect(at(read(path.join(pages, name, 'page.json')), 'name')).toBe(name)
  })

  it('calls every visual as its folder, and no two alike', () => {
    expect(visuals.map(({ json }) => at(json, 'name'))).toEqual(visuals.map(({ name }) => name))
    expect(new Set(visuals.map(({ name }) => name)).size).toBe(visuals.length)
    for (const { name } of visuals) expect(name).toMatch(/^[\w-]{1,50}$/)
  })

  it('keeps every visual on its page, and none over another', () => {
    for (const page of pageNames) {
      const { width, height } = read(path.join(pages, page, 'page.json')) as { width: number; height: number }
      const boxes = visuals
        .filter((visual) => visual.page === page)
        .map(({ name, json }) => ({ name, ...(at(json, 'position') as Box) }))
      for (const box of boxes) {
        expect([box.name, box.x >= 0 && box.y >= 0 && box.x + box.width <= width && box.y + box.height <= height]).toEqual([
          box.name,
          true,
        ])
      }
      const over = boxes.flatMap((a, i) => boxes.slice(i + 1).flatMap((b) => (overlap(a, b) ? [`${a.name} and ${b.name}`] : [])))
      expect(over).toEqual([])
      expect(new Set(boxes.map(({ tabOrder }) => tabOrder)).size).toBe(boxes.length)
    }
  })
})

type Box = { x: number; y: number; width: number; height: number; tabOrder: number }
const overlap = (a: Box, b: Box) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height

describe.each(visuals.map(({ name, json }) => [name, json] as const))('the visual %s', (_name, json) => {
  const query = at(json, 'visual.query')
  const roles = at(query, 'queryState') as Record<string, { projections: Json[] }>
  const projections = Object.values(roles).flatMap((role) => role.projections)

  it('shows fields that the model has, and that are meant to be shown', () => {
    const fields = fieldsIn(json)
    expect(fields.length).toBeGreaterThan(0)
    const strangers = fields.filter(({ kind, table, name }) => {
      const found = tables.find((known) => known.name === table)
      if (kind === 'Measure') return found?.measures.some((measure) => measure.name === name) !== true
      return found?.columns.some((column) => column.name === name && !column.isHidden) !== true
    })
    expect(strangers).toEqual([])
  })

  it('puts them into the roles that its kind has, each once', () => {
    const kind = textAt(json, 'visual.visualType')
    expect(Object.keys(roles).filter((role) => rolesOf[kind]?.includes(role) !== true)).toEqual([])
    const references = projections.map((projection) => at(projection, 'queryRef'))
    expect(new Set(references).size).toBe(references.length)
    const told = projections.map((projection) => fieldsIn(projection).map(({ table, name }) => `${table}.${name}`))
    expect(told).toEqual(references.map((reference) => [reference]))
  })

  it('sorts by what it shows', () => {
    const shown = projections.flatMap((projection) => fieldsIn(projection))
    expect(
      fieldsIn(at(query, 'sortDefinition')).filter(
        ({ table, name }) => !shown.some((field) => field.table === table && field.name === name),
      ),
    ).toEqual([])
  })
})

const rolesOf: Record<string, string[]> = {
  cardVisual: ['Data'],
  clusteredBarChart: ['Category', 'Series', 'Y'],
  clusteredColumnChart: ['Category', 'Series', 'Y'],
  lineChart: ['Category', 'Series', 'Y'],
  slicer: ['Values'],
  tableEx: ['Values'],
}
