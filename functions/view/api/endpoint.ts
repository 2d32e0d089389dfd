import type { SchemaName } from '../../book/schema-ids.ts'
import type { RequestBody } from '../../http/json-body.ts'
import { problem, type Reply } from '../../http/reply.ts'
import { type Fault, type Parameters, readParameters, type Values } from './parameters.ts'
import type { Ports } from './ports.ts'
import { readQuery } from './query.ts'

/** `search` is the query as it came, escapes and all. */
export type ApiRequest = {
  params: Readonly<Record<string, string>>
  search: string
  header: (name: string) => string | null
  body: RequestBody
}

export type Asked<Path extends Parameters, Query extends Parameters> = {
  path: Values<Path>
  query: Values<Query>
  ifNoneMatch: string | null
  header: ApiRequest['header']
  body: RequestBody
}

/** What may come back with each status, problems aside. `csv`: what its rows are, where it can be had as CSV too. */
export type Answers = Readonly<Record<number, { says: string; schema?: SchemaName; csv?: string }>>

/**
 * A route of the API: what it takes, what it answers, and how. The requests are checked against this, and the API's document is made of it,
 * so neither can say what the other does not.
 */
export type Endpoint = {
  /** The function's. All begin with `api`, so that the page, which takes whatever is left, comes after them. */
  name: `api${string}`
  method: 'GET' | 'POST'
  route: `api/${string}`
  /** `function`: for holders of a function key. */
  level: 'anonymous' | 'function'
  /** Whether its answers have an ETag, so that whoever holds one is told in a few bytes that it is still so. */
  tagged: boolean
  says: string
  path: Parameters
  query: Parameters
  answers: Answers
  respond: (request: ApiRequest, ports: Ports) => Promise<Reply>
}

type Told<Path extends Parameters, Query extends Parameters> = Omit<
  Endpoint,
  'level' | 'tagged' | 'path' | 'query' | 'respond'
> & {
  level?: Endpoint['level']
  tagged?: boolean
  path?: Path
  query?: Query
  answer: (asked: Asked<Path, Query>, ports: Ports) => Promise<Reply>
}

export function endpoint<const Path extends Parameters = {}, const Query extends Parameters = {}>({
  level = 'anonymous',
  tagged = false,
  path = {} as Path,
  query = {} as Query,
  answer,
  ...told
}: Told<Path, Query>): Endpoint {
  return {
    ...told,
    level,
    tagged,
    path,
    query,
    async respond({ params, search, header, body }, ports) {
      const said = readQuery(search)
      if (!said.ok) return problem(said.status, said.status === 414 ? 'Too long' : 'Not a query', said.detail)
      const asked = said.said.filter(({ name }) => !(level === 'function' && name === keyParameter))
      const named = Object.entries(params).map(([name, value]) => ({ name, value: withSlashes(value) }))
      const [inPath, inQuery] = [readParameters('path', named, path), readParameters('query', asked, query)]
      if (!inPath.ok) return notUnderstood(inPath.faults)
      if (!inQuery.ok) return notUnderstood(inQuery.faults)
      return answer({ path: inPath.values, query: inQuery.values, ifNoneMatch: header('if-none-match'), header, body }, ports)
    },
  }
}

/** The host reads the function key from it. */
const keyParameter = 'code'

/** The host unescapes a path, except for its slashes. */
const withSlashes = (value: string) => value.replaceAll(/%2f/gi, '/')

/** More than these nobody reads, and what was asked may be very long. */
const mostErrors = 10

export function notUnderstood(faults: readonly Fault[]): Reply {
  const errors = faults.slice(0, mostErrors)
  const sentences = errors
    .slice(0, 3)
    .map(({ parameter, why, given }) => `${parameter} ${why}${given === null ? '' : `. It was "${given}"`}`)
  return problem(400, 'Not understood', sentences.join('. '), { more: { errors } })
}
