import { badRequest } from './errors.ts'

export type Json = null | boolean | number | string | Json[] | JsonObject
export type JsonObject = { [key: string]: Json }

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function parseJson(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch (cause) {
    throw badRequest(`The request body is not valid JSON: ${cause instanceof Error ? cause.message : String(cause)}`)
  }
}

export function parseObject(text: string): JsonObject {
  const value = parseJson(text)
  if (!isObject(value)) throw badRequest('The request body must be a JSON object.')
  return value
}

/** The value at a path of names and array positions; `undefined` where the document has none, as Cosmos DB has it. */
export function valueAt(root: Json | undefined, path: readonly (string | number)[]): Json | undefined {
  let value = root
  for (const step of path) {
    if (Array.isArray(value)) value = typeof step === 'number' ? value[step] : undefined
    else if (isObject(value) && Object.hasOwn(value, step)) value = value[step]
    else return undefined
  }
  return value
}

/** `/address/"zip code"` → `['address', 'zip code']`: the path syntax of partition keys and indexing policies. */
export function parsePropertyPath(path: string): string[] {
  if (!/^(\/("[^"]+"|[^/"]+))+$/.test(path)) throw badRequest(`The path '${path}' is not of the form /name/name.`)
  return [...path.matchAll(/\/(?:"([^"]+)"|([^/"]+))/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')
}
