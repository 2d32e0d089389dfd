import { expressions, tables, type Way } from '../project.ts'
import { evaluate, once, parseM } from './evaluate.ts'
import { asRecord, asText, library } from './library.ts'
import { isA, MError, type MFunction, record, type TableValue, type Value } from './values.ts'

/** What a query asks of the app. */
export type Request = { address: string; path: string; query: Readonly<Record<string, string>> }
export type Answer = { status: number; body: Uint8Array }

export type Source = {
  /** The app, for those who ask it. */
  answer?: (request: Request) => Promise<Answer>
  /** The mirrored database: its tables by their names, in the schema dbo. */
  sql?: Readonly<Record<string, TableValue>>
  nowMs: number
  /** Parameters that are set to something else. */
  parameters?: Readonly<Record<string, Value>>
}

export type Refreshed = { tables: ReadonlyMap<string, TableValue>; requests: readonly Request[] }

/** The model's tables as a refresh would fill them, one after the other, each of its own queries. */
export async function refresh(way: Way, source: Source): Promise<Refreshed> {
  const filled = new Map<string, TableValue>()
  const requests: Request[] = []
  for (const { name, m } of tables) {
    const value = await run(way, m, source, requests)
    if (!isA(value, 'table')) throw new Error(`${name} is no table`)
    filled.set(name, value)
  }
  return { tables: filled, requests }
}

/** Any expression, with the shared ones of its way in reach. */
export async function run(
  way: Way,
  m: string,
  { answer, sql = {}, nowMs, parameters = {} }: Source,
  requests: Request[] = [],
): Promise<Value> {
  const shared = await Promise.all(expressions(way).map(async ({ name, m: text }) => [name, await parsed(name, text)] as const))
  const node = await parsed('the query', m)
  const answers = new Map<string, Answer>()
  for (;;) {
    const outside = { webContents: webContents(answers), sqlDatabase: sqlDatabase(sql), nowMs }
    const scope = new Map(library(outside))
    for (const [name, shape] of shared)
      scope.set(
        name,
        once(() => evaluate(shape, scope)),
      )
    for (const [name, value] of Object.entries(parameters)) scope.set(name, () => value)
    try {
      return evaluate(node, scope)
    } catch (error) {
      // M waits where it asks; here it is begun again, with the answer.
      if (!(error instanceof NotAnswered)) throw error
      if (answer === undefined) throw new Error(`nobody answers ${error.request.path}`, { cause: error })
      requests.push(error.request)
      answers.set(JSON.stringify(error.request), await answer(error.request))
    }
  }
}

class NotAnswered extends Error {
  readonly request: Request
  constructor(request: Request) {
    super(`not answered yet: ${request.path}`)
    this.request = request
  }
}

function webContents(answers: ReadonlyMap<string, Answer>): MFunction {
  return (address = null, options = null) => {
    const { fields } = asRecord(options)
    const unknown = [...fields.keys()].find((name) => name !== 'RelativePath' && name !== 'Query')
    if (unknown !== undefined) throw new Error(`Web.Contents is not known with ${unknown} here`)
    const query = [...asRecord(fields.get('Query') ?? record([])).fields].map(([name, value]) => [name, asText(value)] as const)
    const request = { address: asText(address), path: asText(fields.get('RelativePath')), query: Object.fromEntries(query) }
    const answered = answers.get(JSON.stringify(request))
    if (answered === undefined) throw new NotAnswered(request)
    if (answered.status !== 200) {
      throw new MError(`Web.Contents failed to get contents (${answered.status}): ${new TextDecoder().decode(answered.body)}`)
    }
    return answered.body
  }
}

/** Its tables by schema and name, as one navigates to them. */
function sqlDatabase(sql: Readonly<Record<string, TableValue>>): MFunction {
  return (server = null, database = null) => {
    if (asText(server) === '' || asText(database) === '') throw new MError('Sql.Database takes a server and a database')
    const rows = Object.entries(sql).map(([name, rows]) => ['dbo', name, rows])
    return { type: 'table', columns: ['Schema', 'Item', 'Data'], rows, types: new Map() }
  }
}

async function parsed(name: string, m: string) {
  const read = await parseM(m)
  if (!read.ok) throw new Error(`${name} is no M: ${read.reason}`)
  return read.node
}
