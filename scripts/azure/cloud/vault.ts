import * as v from '@badrap/valita'

import { ask } from './ask.ts'
import { type Cloud, scopes } from './cloud.ts'

const page = v.object({ value: v.array(v.object({ id: v.string() })), nextLink: v.string().nullable().optional() })

/** Those of `wanted` that the vault has not got. Names alone are asked for: nobody here has to see a secret. */
export async function missingSecrets(cloud: Cloud, vault: string, wanted: readonly string[]): Promise<string[]> {
  const there = new Set<string>()
  let url: string | null | undefined = `${cloud.endpoints.vaultOf(vault)}/secrets?api-version=7.4`
  while (url) {
    const { text } = await ask(cloud, {
      what: 'key vault',
      method: 'GET',
      url,
      scope: scopes.vault,
      tries: 10,
      again: ({ status }) => (status === 403 ? 'it answers 403: the role for it may be on its way' : undefined),
    })
    const { value, nextLink } = page.parse(JSON.parse(text), { mode: 'strip' })
    for (const { id } of value) there.add(new URL(id).pathname.split('/')[2] ?? '')
    url = nextLink
  }
  return wanted.filter((name) => !there.has(name))
}
