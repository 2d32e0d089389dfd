import { expect, it } from 'vitest'

import type { Attributes, Resources } from '../../../infra/azure/rules.ts'
import { describeAzure } from './describe-azure.ts'

type Graph = ReadonlyMap<string, readonly string[]>

describeAzure('references between resources', ({ environments, everything, synthesised }) => {
  it.each(environments.map((environment) => [environment.name, environment] as const))(
    'of %s all lead somewhere',
    (_name, environment) => {
      const { resource, data, output } = synthesised(environment)
      const graph = graphOf(resource, data)
      expect(dangling(graph)).toEqual([])
      expect(referencesIn(output).filter((to) => !graph.has(to))).toEqual([])
    },
  )

  it.each(environments.map((environment) => [environment.name, environment] as const))(
    'of %s have no cycle',
    (_name, environment) => {
      const { resource, data } = synthesised(environment)
      expect(cycle(graphOf(resource, data))).toEqual([])
    },
  )

  it('take no text of ours for theirs: whatever else looks like a template to Terraform is kept from it', () => {
    const text = JSON.stringify(synthesised(everything))
    const templates = [...text.matchAll(/(?<!\$)\$\{([^}]*)\}?/g)].map(([, expression = '']) => expression)
    expect(
      templates.filter((expression) => !/^(lower\()?(data\.)?azurerm_\w+\.[\w-]+\.\w+(\[0\]\.\w+)?\)?$/.test(expression)),
    ).toEqual([])
    expect(text).not.toContain('%{')
  })

  it('every resource of a resource group follows it, so that nothing is made before there is a place for it', () => {
    const { resource } = synthesised(everything)
    const homeless = Object.entries(resource).flatMap(([type, named]) =>
      Object.entries(named)
        .filter(
          ([, { resource_group_name: group }]) => typeof group === 'string' && group !== '${azurerm_resource_group.group.name}',
        )
        .map(([id]) => `${type}.${id}`),
    )
    expect(homeless).toEqual([])
  })

  it('the app and the worker wait for each role of their identities, except the one that needs the app first', () => {
    const { resource } = synthesised(everything)
    const graph = graphOf(resource, {})
    const assigned = ['azurerm_role_assignment', 'azurerm_cosmosdb_sql_role_assignment'].flatMap((type) =>
      Object.entries(resource[type] ?? {}).map(([id, { principal_id: principal }]) => ({ to: `${type}.${id}`, principal })),
    )
    const rolesOf = (identity: string) =>
      assigned
        .filter(({ principal }) => principal === `\${azurerm_user_assigned_identity.${identity}.principal_id}`)
        .map(({ to }) => to)
    const app = Object.keys(resource['azurerm_function_app_flex_consumption'] ?? {})
    const worker = Object.keys(resource['azurerm_container_app'] ?? {})
    expect(graph.get(`azurerm_function_app_flex_consumption.${app[0]}`)).toEqual(expect.arrayContaining(rolesOf('identity')))
    expect(graph.get(`azurerm_container_app.${worker[0]}`)).toEqual(expect.arrayContaining(rolesOf('stream-identity')))
  })

  it('a reference that leads nowhere, and a cycle, would be seen', () => {
    const broken: Resources = {
      azurerm_a: { one: { of: '${azurerm_b.two.id}' } },
      azurerm_b: { two: { depends_on: ['azurerm_a.one'], of: '${azurerm_c.none.id}' } },
    }
    expect(dangling(graphOf(broken, {}))).toEqual(['azurerm_b.two → azurerm_c.none'])
    expect(cycle(graphOf(broken, {}))).toEqual(['azurerm_a.one', 'azurerm_b.two', 'azurerm_a.one'])
  })
})

function graphOf(resource: Resources, data: Resources): Graph {
  const nodes = (resources: Resources, prefix: string) =>
    Object.entries(resources).flatMap(([type, named]) =>
      Object.entries(named).map(([id, attributes]) => [`${prefix}${type}.${id}`, referencesIn(attributes)] as const),
    )
  return new Map([...nodes(resource, ''), ...nodes(data, 'data.')])
}

/** `${azurerm_x.y.id}` anywhere, and `azurerm_x.y` in `depends_on`. */
function referencesIn(attributes: Attributes | object): string[] {
  const found = new Set<string>()
  const look = (value: unknown, key: string): void => {
    if (typeof value === 'string') {
      if (key === 'depends_on') found.add(value)
      for (const [, expression = ''] of value.matchAll(/(?<!\$)\$\{([^}]*)\}/g))
        for (const [reference] of expression.matchAll(/(?:data\.)?azurerm_\w+\.[\w-]+/g)) found.add(reference)
    } else if (typeof value === 'object' && value !== null)
      for (const [inner, of] of Object.entries(value)) look(of, Array.isArray(value) ? key : inner)
  }
  look(attributes, '')
  return [...found]
}

const dangling = (graph: Graph) =>
  [...graph].flatMap(([from, to]) => to.filter((node) => !graph.has(node)).map((node) => `${from} → ${node}`))

/** The first cycle there is, from a node back to itself. */
function cycle(graph: Graph): string[] {
  const done = new Set<string>()
  const follow = (node: string, way: readonly string[]): string[] => {
    if (way.includes(node)) return [...way.slice(way.indexOf(node)), node]
    if (done.has(node)) return []
    done.add(node)
    for (const next of graph.get(node) ?? []) {
      const found = follow(next, [...way, node])
      if (found.length > 0) return found
    }
    return []
  }
  for (const node of graph.keys()) {
    const found = follow(node, [])
    if (found.length > 0) return found
  }
  return []
}
