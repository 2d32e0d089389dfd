import { problem, type Reply } from '../../http/reply.ts'

/** The methods of each path of the API, as its document has them: `/api/markets/{id}` → `['get']`. */
export type KnownPaths = ReadonlyMap<string, readonly string[]>

/** What no function of the API takes: another address, or another method. */
export function elsewhere(method: string, path: string, known: KnownPaths): Reply {
  const allowed = [...known].filter(([template]) => fits(template, path)).flatMap(([, methods]) => methods)
  if (allowed.length === 0) {
    const detail = `There is nothing at ${JSON.stringify(path.slice(0, 200).toWellFormed())}. GET /api/openapi.json describes all that there is`
    return problem(404, 'Not here', detail)
  }
  const methods = withHead(allowed)
  if (method === 'OPTIONS') return { status: 204, headers: { allow: methods, 'cache-control': 'no-store' }, body: '' }
  const refusal = problem(405, 'Not this way', `Here the methods are ${methods}`)
  return { ...refusal, headers: { ...refusal.headers, allow: methods } }
}

function withHead(methods: readonly string[]): string {
  const all = methods.map((method) => method.toUpperCase())
  return [...(all.includes('GET') ? [...all, 'HEAD'] : all), 'OPTIONS'].join(', ')
}

/** As the host matches: without regard to case, and a parameter is any one segment. */
function fits(template: string, path: string): boolean {
  const [wanted, found] = [template, path].map((text) => text.split('/').filter(Boolean))
  return (
    wanted?.length === found?.length &&
    wanted?.every((segment, i) => segment.startsWith('{') || segment.toLowerCase() === found?.[i]?.toLowerCase()) === true
  )
}
