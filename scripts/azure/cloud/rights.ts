import * as v from '@badrap/valita'

import { arm } from './arm.ts'
import type { Cloud } from './cloud.ts'

export type Permission = { actions: readonly string[]; notActions: readonly string[] }

const permissions = v.object({
  value: v.array(
    v.object({ actions: v.array(v.string()).optional(() => []), notActions: v.array(v.string()).optional(() => []) }),
  ),
})

/** What whoever is signed in may do on this scope, by all their roles; undefined where the scope is not there, or nobody tells. */
export async function permissionsOn(cloud: Cloud, scope: string): Promise<readonly Permission[] | undefined> {
  const { status, text } = await arm(cloud, {
    what: 'rights',
    method: 'GET',
    path: `${scope}/providers/Microsoft.Authorization/permissions`,
    apiVersion: '2022-04-01',
    takes: [400, 403, 404, 405],
  })
  if (status !== 200) return undefined
  const read = permissions.try(JSON.parse(text), { mode: 'strip' })
  return read.ok ? read.value.value : undefined
}

/** The actions of `wanted` that no role allows. One role's exceptions do not bind another. */
export function missingRights(held: readonly Permission[], wanted: readonly string[]): string[] {
  return wanted.filter(
    (action) =>
      !held.some(
        ({ actions, notActions }) =>
          actions.some((pattern) => covers(pattern, action)) && !notActions.some((pattern) => covers(pattern, action)),
      ),
  )
}

/** `*` stands for anything, slashes too; case does not matter. */
function covers(pattern: string, action: string): boolean {
  const literal = pattern.split('*').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
  return new RegExp(`^${literal.join('.*')}$`, 'i').test(action)
}
