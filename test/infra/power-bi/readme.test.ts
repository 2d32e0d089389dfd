import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

import { describe, expect, it } from 'vitest'

import { endpoints } from '../../../functions/view/api/endpoints.ts'
import { maxSteps } from '../../../functions/view/history/window.ts'
import { containers, database } from '../../../infra/names.ts'
import { expressions, folder, tables, type Way } from './project.ts'

const readme = readFileSync(path.join(folder, 'README.md'), 'utf8')
const root = path.resolve(folder, '../..')

/** The cells of every table whose first heading is this. */
function rowsBelow(heading: string): string[][][] {
  return readme
    .split(/\n\n+/)
    .filter((block) => block.startsWith(`| ${heading} |`))
    .map((block) =>
      block
        .split('\n')
        .slice(2)
        .map((line) =>
          line
            .split('|')
            .slice(1, -1)
            .map((cell) => cell.trim()),
        ),
    )
}
const quoted = (text = '') => [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '')
const section = (title: string) => readme.split('\n## ').find((text) => text.startsWith(title)) ?? ''

describe('the page about Power BI', () => {
  it('lists every table with every column that is shown, and no other', () => {
    const told = rowsBelow('table')
      .flat()
      .map(([table, , columns]) => [quoted(table)[0], quoted(columns)])
    const shown = tables.map(({ name, columns }) => [
      name,
      columns.filter(({ isHidden }) => !isHidden).map((column) => column.name),
    ])
    expect(Object.fromEntries(told)).toEqual(Object.fromEntries(shown))
  })

  it('explains every measure, and none that there is not', () => {
    const told = rowsBelow('measure')
      .flat()
      .flatMap(([names]) => quoted(names))
    const measures = tables.flatMap((table) => table.measures.map(({ name }) => name))
    expect(told.toSorted()).toEqual(measures.toSorted())
  })

  it.each<[string, Way]>([
    ['Over HTTP', 'http'],
    ['Mirrored in Fabric', 'mirrored'],
  ])('lists the parameters of the way %s', (title, way) => {
    const told = [...section(title).matchAll(/^\| `(\w+)` \|/gm)].map((match) => match[1] ?? '')
    const parameters = expressions(way).filter(({ isParameter }) => isParameter)
    expect(told.toSorted()).toEqual(parameters.map(({ name }) => name).toSorted())
  })

  it('names files that there are, and the one that Desktop makes', () => {
    const named = quoted(readme).filter(
      (name) => name.includes('/') && !/^(https?:|\/api)/.test(name) && !name.endsWith('cache.abf'),
    )
    const missing = named.filter((name) => !existsSync(path.join(folder, name)) && !existsSync(path.join(root, name)))
    expect(named.length).toBeGreaterThan(0)
    expect(missing).toEqual([])
  })

  it('names routes that there are', () => {
    const named = quoted(readme).filter((name) => name.startsWith('/api'))
    const routes = new Set(endpoints.map(({ route }) => `/${route}`))
    expect(named.length).toBe(3)
    expect(named.filter((name) => !routes.has(name.split('?')[0] ?? ''))).toEqual([])
  })

  it('names the API’s limit of steps', () => {
    expect(readme).toContain(`at most ${maxSteps.toLocaleString('en')} steps of a market`)
    expect([7 * 24 * 12, (365 * 24) / 2].filter((steps) => steps > maxSteps)).toEqual([])
  })

  it('names the database, the container, the setting and the output that there are', () => {
    const mirroring = section('Mirrored in Fabric')
    expect(mirroring).toContain(`the database \`${database}\`, and of its containers \`odds\` alone`)
    expect(Object.keys(containers)).toContain('odds')
    expect(JSON.parse(readFileSync(path.join(root, 'infra/azure/environments/prod.json'), 'utf8'))).toHaveProperty(
      'readersGroupId',
    )
    expect(readFileSync(path.join(root, 'infra/azure/stack.ts'), 'utf8')).toMatch(/cosmosEndpoint: /)
    const role = readFileSync(path.join(root, 'infra/azure/cosmos.ts'), 'utf8')
    for (const named of ["name: 'Oddscast reader'", 'databaseAccounts/readMetadata', 'databaseAccounts/readAnalytics'])
      expect(role).toContain(named)
  })

  it('says what was never done', () => {
    expect(readme).toMatch(/None of this was ever opened in Power BI Desktop/)
  })
})
