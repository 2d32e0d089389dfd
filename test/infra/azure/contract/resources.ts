import type { Attributes, Resources } from '../../../../infra/azure/rules.ts'

export const each = (resources: Resources, type: string): Attributes[] => Object.values(resources[type] ?? {})

export function only(resources: Resources, type: string): Attributes {
  const [one, ...others] = each(resources, type)
  if (one === undefined || others.length > 0) throw new Error(`there is not exactly one ${type}`)
  return one
}
