import { readFile } from 'node:fs/promises'
import path from 'node:path'

/** A running board, and the key with which one may write to it. */
export type Board = { url: URL; key: string }

export type PutAnswer =
  | { kind: 'taken'; status: number; accepted: number; rejected: number }
  | { kind: 'again'; afterMs: number; why: string }
  | { kind: 'refused'; status: number; why: string }
  | { kind: 'nobody'; why: string }

const answerWithinMs = 30_000
/** Where a server asks to come again and does not say when. */
const usualRestMs = 1_000

/** Where `npm start` runs, and with which key, unless told. */
export async function findBoard(
  told: { url: string | undefined; key: string | undefined; dataDir: string },
  env: Readonly<Record<string, string | undefined>>,
): Promise<Board> {
  const address = told.url ?? `http://localhost:${await rememberedPort(told.dataDir)}/`
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol)) {
    throw new Error(`--url takes an address, as in http://localhost:7071, not "${address}"`)
  }
  const file = path.join(told.dataDir, 'functions-host', 'functions-key')
  const key = told.key ?? (env['FUNCTIONS_LOCAL_KEY'] || (await textOf(file)).trim())
  if (key === '') {
    throw new Error(
      `No key is known: ${file} is where npm start keeps its own. Say it with --key, or where that folder is with --data-dir`,
    )
  }
  return { url: new URL(address), key }
}

async function rememberedPort(dataDir: string): Promise<number> {
  const text = await textOf(path.join(dataDir, 'ports.json'))
  const ports = (text === '' ? {} : JSON.parse(text)) as Partial<Record<string, number>>
  return ports['functions-host'] ?? 7071
}

const textOf = (file: string) => readFile(file, 'utf8').catch(() => '')

export async function put({ url, key }: Board, route: string, body: object): Promise<PutAnswer> {
  let response: Response
  let text: string
  try {
    response = await fetch(new URL(route, url), {
      method: 'PUT',
      headers: { 'content-type': 'application/json', 'x-functions-key': key },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(answerWithinMs),
    })
    text = await response.text()
  } catch (error) {
    return {
      kind: 'nobody',
      why: `There is no board at ${url.origin} (${reasonOf(error)}). Start one with npm start, or say where it is with --url`,
    }
  }
  return answerOf(response, text, url)
}

function answerOf({ status, headers }: Response, text: string, url: URL): PutAnswer {
  const said = parsed(text)
  const why = `${url.origin} answers ${status}${said.detail === undefined ? '' : `: ${said.detail}`}`
  if (status < 300) return { kind: 'taken', status, accepted: said.accepted ?? 0, rejected: said.rejected ?? 0 }
  if (status === 429 || status >= 500) {
    const seconds = Number(headers.get('retry-after') ?? Number.NaN)
    return { kind: 'again', afterMs: seconds >= 0 ? seconds * 1_000 : usualRestMs, why }
  }
  if (status === 401)
    return { kind: 'refused', status, why: `${url.origin} does not take this key. Say the function key of that board with --key` }
  if (status === 404)
    return { kind: 'refused', status, why: `${url.origin} knows no such address. Is that a board, and of this version?` }
  return { kind: 'refused', status, why }
}

function parsed(text: string): { detail?: string; accepted?: number; rejected?: number } {
  try {
    return (JSON.parse(text) ?? {}) as object
  } catch {
    return {}
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  if (!(cause instanceof Error)) return error.message
  return cause.message || ('code' in cause ? String(cause.code) : cause.name)
}
