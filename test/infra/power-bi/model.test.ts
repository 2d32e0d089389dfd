import { describe, expect, it } from 'vitest'

import { readDax } from './dax/references.ts'
import { expressions, relationships, tables, tmdl, tmdlFiles } from './project.ts'
import { readTmdl, type TmdlObject } from './tmdl.ts'

const everything = (objects: readonly TmdlObject[]): TmdlObject[] =>
  objects.flatMap((object) => [object, ...everything(object.children)])
const model = tmdlFiles
  .filter(([file]) => file.startsWith('Oddscast.SemanticModel'))
  .flatMap(([, objects]) => everything(objects))
const measures = tables.flatMap(({ name, measures }) => measures.map((measure) => ({ table: name, ...measure })))
const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

describe('the reader of TMDL', () => {
  it('reads what is said of an object, and what belongs to it', () => {
    const text =
      '/// Of two\n/// lines.\ntable \'A b\'\n\tisHidden\n\n\tmeasure M =\n\t\t\tVAR X = 1\n\t\t\tRETURN\n\t\t\t    X\n\t\tformatString: 0.0%\n\n\tannotation N = ["a"]\n'
    expect(readTmdl(text)).toEqual([
      {
        kind: 'table',
        name: 'A b',
        description: 'Of two\nlines.',
        value: '',
        properties: new Map([['isHidden', 'true']]),
        children: [
          {
            kind: 'measure',
            name: 'M',
            description: '',
            value: 'VAR X = 1\nRETURN\n    X',
            properties: new Map([['formatString', '0.0%']]),
            children: [],
          },
          { kind: 'annotation', name: 'N', description: '', value: '["a"]', properties: new Map(), children: [] },
        ],
      },
    ])
  })

  it.each([
    ['a kind of object that it does not know', 'tabel X\n'],
    ['a property that it does not know', 'table X\n\tisHiden\n'],
    ['what is indented too far', 'table X\n\t\tisHidden\n'],
    ['what is said twice', 'table X\n\tlineageTag: a\n\tlineageTag: b\n'],
  ])('refuses %s', (_what, text) => {
    expect(() => readTmdl(text)).toThrow(/^line \d/)
  })
})

describe('the semantic model', () => {
  it('lists its tables, each in a file and with a partition of its own name', () => {
    const listed = tmdl('model.tmdl')
      .filter(({ kind }) => kind === 'ref')
      .map(({ name }) => name)
    expect(listed).toEqual(['Market', 'Selection', 'Quote', 'History', 'Time'].map((name) => `table ${name}`))
    expect(tables.map(({ name }) => `table ${name}`).toSorted()).toEqual(listed.toSorted())
    for (const { name } of tables) {
      expect(tmdl(`tables/${name}.tmdl`).map((object) => object.name)).toEqual([name])
      expect(
        everything(tmdl(`tables/${name}.tmdl`))
          .filter(({ kind }) => kind === 'partition')
          .map((object) => object.name),
      ).toEqual([name])
    }
  })

  it('gives every object a lineage tag, and none to two', () => {
    const tagged = model.filter(({ kind }) => ['table', 'column', 'measure', 'expression'].includes(kind))
    const tags = tagged.map(({ properties }) => properties.get('lineageTag') ?? '')
    expect(tags.filter((tag) => !guid.test(tag))).toEqual([])
    expect(new Set(tags).size).toBe(tagged.length)
    for (const { name } of model.filter(({ kind }) => kind === 'relationship')) expect(name).toMatch(guid)
  })

  it('has no two names in one place that differ by case alone', () => {
    for (const { columns, measures } of tables) {
      const names = [...columns, ...measures].map((named) => named.name.toLowerCase())
      expect([...new Set(names)]).toEqual(names)
    }
    const ofMeasures = measures.map(({ name }) => name.toLowerCase())
    expect(new Set(ofMeasures).size).toBe(ofMeasures.length)
    const queries = [...tables, ...expressions('http')].map(({ name }) => name)
    expect(new Set(queries).size).toBe(queries.length)
  })

  it('explains whatever is shown', () => {
    const shown = tables.flatMap((table) => [table, ...table.measures, ...table.columns.filter(({ isHidden }) => !isHidden)])
    expect(shown.filter(({ description }) => description === '').map(({ name }) => name)).toEqual([])
  })

  it('adds up no column by itself', () => {
    const columns = model.filter(({ kind }) => kind === 'column')
    expect(columns.filter(({ properties }) => properties.get('summarizeBy') !== 'none')).toEqual([])
    expect(
      tmdl('model.tmdl')
        .find(({ kind }) => kind === 'model')
        ?.properties.has('discourageImplicitMeasures'),
    ).toBe(true)
  })
})

describe('relationships', () => {
  const columnAt = ({ table, column }: { table: string; column: string }) =>
    tables.find(({ name }) => name === table)?.columns.find(({ name }) => name === column)

  it.each(relationships.map(({ from, to }) => [`${from.table}[${from.column}] to ${to.table}[${to.column}]`, from, to] as const))(
    '%s join columns of one type, of which the second is a key',
    (_name, from, to) => {
      expect(columnAt(from)?.dataType).toBe(columnAt(to)?.dataType)
      expect(columnAt(to)?.isKey).toBe(true)
    },
  )

  it('leave no table apart', () => {
    const joined = new Set(relationships.flatMap(({ from, to }) => [from.table, to.table]))
    expect([...joined].toSorted()).toEqual(tables.map(({ name }) => name).toSorted())
  })
})

describe('measures', () => {
  const known = new Set(measures.map(({ name }) => name))
  const columnsOf = new Map(tables.map(({ name, columns }) => [name, new Set(columns.map((column) => column.name))]))

  it.each(measures.map(({ table, name, dax }) => [`${table}[${name}]`, dax] as const))(
    '%s refer to what there is',
    (_name, dax) => {
      const { columns, bare, tables: named, functions } = readDax(dax)
      expect(columns.filter(({ table, column }) => columnsOf.get(table)?.has(column) !== true)).toEqual([])
      expect(bare.filter((name) => !known.has(name))).toEqual([])
      expect(named.filter((name) => !columnsOf.has(name))).toEqual([])
      expect(functions.filter((name) => !functionsOfDax.has(name))).toEqual([])
    },
  )

  it('do not go round in circles', () => {
    const uses = new Map(measures.map(({ name, dax }) => [name, readDax(dax).bare]))
    const reaches = (name: string, path: readonly string[]): string[] =>
      (uses.get(name) ?? []).flatMap((next) => (path.includes(next) ? [next] : reaches(next, [...path, next])))
    expect(measures.flatMap(({ name }) => reaches(name, [name]))).toEqual([])
  })

  it.each([
    ['a bracket that is not closed', 'SUM ( Market[Seq]', 'a bracket is not closed'],
    ['a bracket too many', 'SUM ( Market[Seq] ) )', 'a bracket closes that was not opened'],
    ['what is no token', 'SUM ( Market[Seq] ) ; 1', 'no DAX from "; 1" on'],
  ])('would be refused with %s', (_what, dax, reason) => {
    expect(() => readDax(dax)).toThrow(reason)
  })

  it('would be seen to name a column that is not there', () => {
    expect(readDax('CALCULATE ( [Markets], Market[Status] = "open", \'Time\'[Until] < 3 )')).toEqual({
      columns: [
        { table: 'Market', column: 'Status' },
        { table: 'Time', column: 'Until' },
      ],
      bare: ['Markets'],
      tables: [],
      functions: ['CALCULATE'],
    })
  })
})

/** Those that the measures call, each read up in the reference of DAX: another is looked up before it is added. */
const functionsOfDax = new Set([
  'ABS',
  'CALCULATE',
  'COUNTROWS',
  'DISTINCTCOUNT',
  'DIVIDE',
  'HASONEVALUE',
  'IF',
  'ISBLANK',
  'KEEPFILTERS',
  'MAX',
  'MAXX',
  'MIN',
  'MINX',
  'REMOVEFILTERS',
  'SUM',
  'VALUES',
])
