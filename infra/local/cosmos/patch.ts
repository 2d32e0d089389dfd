/** Partial updates: `[{op, path, value}]`, or `{operations, condition}` where the condition reads `from c where …`. */
import { badRequest, unsupported } from './errors.ts'
import { isObject, type Json, type JsonObject } from './json.ts'
import { parseCondition } from './query/condition.ts'

export type Patch = { condition: (document: JsonObject) => boolean; apply: (document: JsonObject) => JsonObject }

type Step = { op: 'add' | 'set' | 'replace' | 'incr'; path: string[]; value: Json } | { op: 'remove'; path: string[] }

const maxOperations = 10
const untouchable = new Set(['id', '_rid', '_self', '_etag', '_attachments', '_ts'])

export function parsePatch(body: Json | undefined): Patch {
  const operations = isObject(body) ? body['operations'] : body
  const condition = isObject(body) ? body['condition'] : undefined
  if (!Array.isArray(operations) || operations.length === 0) throw badRequest('A patch needs an array of operations.')
  if (operations.length > maxOperations) throw badRequest(`A patch has at most ${maxOperations} operations.`)
  if (condition !== undefined && typeof condition !== 'string') throw badRequest('The condition of a patch must be text.')
  const steps = operations.map(parseStep)
  return {
    condition: condition === undefined ? () => true : parseCondition(condition),
    apply: (document) => {
      for (const step of steps) applyStep(document, step)
      return document
    },
  }
}

function parseStep(operation: Json): Step {
  if (!isObject(operation)) throw badRequest('Every patch operation must be an object.')
  const { op, path: pointer, value } = operation
  const path = parsePointer(pointer)
  switch (op) {
    case 'remove':
      return { op, path }
    case 'add':
    case 'set':
    case 'replace':
    case 'incr':
      if (value === undefined) throw badRequest(`The patch operation '${op}' on ${JSON.stringify(pointer)} needs a value.`)
      if (op === 'incr' && typeof value !== 'number') throw badRequest(`'incr' on ${JSON.stringify(pointer)} needs a number.`)
      return { op, path, value }
    default:
      throw unsupported(`the patch operation ${JSON.stringify(op)}`)
  }
}

/** JSON pointer: `~1` stands for a slash, `~0` for a tilde. */
function parsePointer(pointer: Json | undefined): string[] {
  if (typeof pointer !== 'string' || !pointer.startsWith('/') || pointer.length === 1) {
    throw badRequest(`A patch path must be like '/name/0', not ${JSON.stringify(pointer)}.`)
  }
  const path = pointer
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
  if (untouchable.has(path[0] ?? '')) throw badRequest(`A patch cannot change '${pointer}'.`)
  return path
}

function applyStep(document: JsonObject, step: Step): void {
  const parent = parentOf(document, step.path)
  const last = step.path.at(-1) ?? ''
  if (Array.isArray(parent)) applyToArray(parent, last, step)
  else applyToObject(parent, last, step)
}

function parentOf(document: JsonObject, path: readonly string[]): Json[] | JsonObject {
  let parent: Json[] | JsonObject = document
  for (const name of path.slice(0, -1)) {
    const child: Json | undefined = Array.isArray(parent) ? parent[Number(name)] : member(parent, name)
    if (!Array.isArray(child) && !isObject(child)) throw badRequest(`The patch path /${path.join('/')} has no parent to hold it.`)
    parent = child
  }
  return parent
}

function applyToObject(parent: JsonObject, name: string, step: Step): void {
  const current = member(parent, name)
  switch (step.op) {
    case 'add':
    case 'set':
      define(parent, name, step.value)
      return
    case 'replace':
      if (current === undefined) throw absent(step)
      define(parent, name, step.value)
      return
    case 'incr':
      define(parent, name, sum(current, step))
      return
    case 'remove':
      if (current === undefined) throw absent(step)
      delete parent[name]
  }
}

function applyToArray(parent: Json[], name: string, step: Step): void {
  const index = name === '-' ? parent.length : Number(name)
  if (!Number.isInteger(index) || index < 0 || index > parent.length) {
    throw badRequest(`The patch path /${step.path.join('/')} is outside its array of ${parent.length}.`)
  }
  if (step.op === 'add' || (step.op === 'set' && index === parent.length)) {
    parent.splice(index, 0, step.value)
    return
  }
  const current = parent[index]
  if (current === undefined) throw absent(step)
  if (step.op === 'remove') parent.splice(index, 1)
  else parent[index] = step.op === 'incr' ? sum(current, step) : step.value
}

function sum(current: Json | undefined, step: { path: string[]; value: Json }): Json {
  if (current === undefined) return step.value
  if (typeof current !== 'number') throw badRequest(`'incr' needs a number at /${step.path.join('/')}.`)
  return current + Number(step.value)
}

function member(parent: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(parent, name) ? parent[name] : undefined
}

/** Plain assignment would change the prototype for the name `__proto__`. */
function define(parent: JsonObject, name: string, value: Json): void {
  Object.defineProperty(parent, name, { value, enumerable: true, configurable: true, writable: true })
}

function absent(step: Step): Error {
  return badRequest(`'${step.op}' needs something at /${step.path.join('/')}, and nothing is there.`)
}
