import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

import { readTmdl, type TmdlObject } from './tmdl.ts'

export const folder = path.resolve(import.meta.dirname, '../../../infra/power-bi')
export const reportFolder = path.join(folder, 'Oddscast.Report')
const definition = path.join(folder, 'Oddscast.SemanticModel/definition')

export type Column = { name: string; dataType: string; source: string; isHidden: boolean; isKey: boolean; description: string }
export type Measure = { name: string; dax: string; description: string }
export type Table = { name: string; description: string; columns: readonly Column[]; measures: readonly Measure[]; m: string }
export type Expression = { name: string; m: string; description: string; isParameter: boolean }
export type Relationship = { from: { table: string; column: string }; to: { table: string; column: string } }

/** The two files of which one is in the model: where the data comes from. */
export const ways = {
  http: path.join(definition, 'expressions.tmdl'),
  mirrored: path.join(folder, 'mirrored/expressions.tmdl'),
} as const
export type Way = keyof typeof ways

/** Every file of TMDL that the project has, by its path inside it. */
export const tmdlFiles: readonly (readonly [file: string, objects: readonly TmdlObject[]])[] = [
  ...readdirSync(definition, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.tmdl'))
    .map((file) => path.join(definition, file)),
  ways.mirrored,
].map((file) => [path.relative(folder, file), readTmdl(readFileSync(file, 'utf8'))] as const)

export const tmdl = (file: string): readonly TmdlObject[] => tmdlFiles.find(([name]) => name.endsWith(file))?.[1] ?? []

export const tables: readonly Table[] = tmdlFiles
  .flatMap(([, objects]) => objects)
  .filter(({ kind }) => kind === 'table')
  .map(({ name, description, children }) => {
    const partitions = children.filter(({ kind }) => kind === 'partition')
    const [partition] = partitions
    if (partition === undefined || partitions.length > 1) throw new Error(`${name} has ${partitions.length} partitions`)
    return {
      name,
      description,
      columns: children.filter(({ kind }) => kind === 'column').map(columnOf),
      measures: children
        .filter(({ kind }) => kind === 'measure')
        .map(({ name, value, description }) => ({ name, dax: value, description })),
      m: partition.properties.get('source') ?? '',
    }
  })

export function expressions(way: Way): readonly Expression[] {
  return readTmdl(readFileSync(ways[way], 'utf8')).map(({ kind, name, value, description }) => {
    if (kind !== 'expression') throw new Error(`${ways[way]} holds a ${kind}`)
    return { name, m: value, description, isParameter: value.includes('IsParameterQuery=true') }
  })
}

export const relationships: readonly Relationship[] = tmdl('relationships.tmdl').map(({ properties }) => ({
  from: columnReference(properties.get('fromColumn') ?? ''),
  to: columnReference(properties.get('toColumn') ?? ''),
}))

function columnOf({ name, properties, description }: TmdlObject): Column {
  return {
    name,
    description,
    dataType: properties.get('dataType') ?? '',
    source: properties.get('sourceColumn') ?? '',
    isHidden: properties.has('isHidden'),
    isKey: properties.has('isKey'),
  }
}

/** `Market.'Market Id'`, as relationships have it. */
function columnReference(text: string) {
  const [, table = '', column = ''] = /^('[^']+'|[^.]+)\.('[^']+'|[^.]+)$/.exec(text) ?? []
  const bare = (name: string) => name.replaceAll("'", '')
  return { table: bare(table), column: bare(column) }
}
