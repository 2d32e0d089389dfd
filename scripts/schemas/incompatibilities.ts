import type { Form, JsonSchema, JsonType, Scalar } from './json-schema.ts'

/**
 * In which ways `after` breaks those who rely on `before`; none, and it may be the next minor version.
 *
 * Of a message that others write (`read`) everything that was accepted must be accepted still, and mean the same. Of one that we write
 * (`sent`) everything must be readable by whoever was told of `before` and strips the fields that it does not know. So in either case somebody writes by
 * one schema what somebody reads by the other, and what is asked is whether all of the one fits the other.
 *
 * A union that is sent may get another branch: readers pass over a kind of message that they do not know. Nothing else may grow that a
 * reader would have to know; a list of words that is meant to is no `enum` (see `growing` in `functions/book/scalars.ts`).
 *
 * Where it cannot tell (another pattern, a keyword that we never used) it says so, rather than yes.
 */
export function incompatibilities(before: JsonSchema, after: JsonSchema, form: Form): string[] {
  return form === 'read' ? misfits(before, after, form, '') : misfits(after, before, form, '')
}

type Judge = (written: JsonSchema, read: JsonSchema, form: Form, at: string) => string[]

function misfits(written: JsonSchema, read: JsonSchema, form: Form, at: string): string[] {
  const strange = [...new Set([...Object.keys(written), ...Object.keys(read)])].filter((keyword) => !keywords.has(keyword))
  if (strange.length > 0) return strange.map((keyword) => say(at, `"${keyword}" is a keyword that cannot be compared`))
  if (written.anyOf !== undefined || read.anyOf !== undefined) return unionMisfits(written, read, form, at)
  const fixed = wordsOf(written)
  if (fixed !== undefined) return fixed.filter((word) => !takes(read, word)).map((word) => say(at, `may be ${text(word)}`))
  if (wordsOf(read) !== undefined) return [say(at, `may be anything but ${wordsOf(read)?.map(text).join(', ')}`)]
  return [typeMisfits, limitMisfits, itemMisfits, fieldMisfits].flatMap((judge: Judge) => judge(written, read, form, at))
}

function unionMisfits(written: JsonSchema, read: JsonSchema, form: Form, at: string): string[] {
  const beside = [written, read].flatMap((schema) => (schema.anyOf === undefined ? [] : Object.keys(schema).filter(judges)))
  if (beside.length > 0) return beside.map((keyword) => say(at, `"${keyword}" beside a union cannot be compared`))
  const doors = read.anyOf ?? [read]
  const mayGrow = form === 'sent' && read.anyOf !== undefined
  return (written.anyOf ?? [written]).flatMap((branch) => {
    const reasons = doors.map((door) => misfits(branch, door, form, at))
    if (reasons.some((none) => none.length === 0)) return []
    const sameKind = doors.findIndex((door) => kindOf(door) === kindOf(branch))
    if (sameKind >= 0) return reasons[sameKind] ?? []
    const kind = kindOf(branch)
    return mayGrow && kind !== '' ? [] : [say(at, kind === '' ? 'fits no branch' : `${kind} is not read`)]
  })
}

function typeMisfits(written: JsonSchema, read: JsonSchema, _form: Form, at: string): string[] {
  const known = typesOf(read)
  if (known === undefined) return []
  const types = typesOf(written)
  if (types === undefined) return [say(at, 'may be of any type')]
  return types
    .filter((type) => !known.includes(type) && !(type === 'integer' && known.includes('number')))
    .map((type) => say(at, `may be of type ${type}`))
}

function limitMisfits(written: JsonSchema, read: JsonSchema, _form: Form, at: string): string[] {
  const misfit = (keyword: keyof JsonSchema, isWithin: boolean) =>
    isWithin ? [] : [say(at, `${keyword} is ${text(read[keyword])} for who reads, ${text(written[keyword])} for who writes`)]
  return [
    ...misfit('minLength', (written.minLength ?? 0) >= (read.minLength ?? 0)),
    ...misfit('maxLength', (written.maxLength ?? Infinity) <= (read.maxLength ?? Infinity)),
    ...misfit('minimum', (written.minimum ?? -Infinity) >= (read.minimum ?? -Infinity)),
    ...misfit('maximum', (written.maximum ?? Infinity) <= (read.maximum ?? Infinity)),
    ...misfit('pattern', read.pattern === undefined || read.pattern === written.pattern),
  ]
}

function itemMisfits(written: JsonSchema, read: JsonSchema, form: Form, at: string): string[] {
  return read.items === undefined ? [] : misfits(written.items ?? {}, read.items, form, `${at}[]`)
}

/** Nobody is taken to write a field that the schema he writes by does not name, although it would be passed over. */
function fieldMisfits(written: JsonSchema, read: JsonSchema, form: Form, at: string): string[] {
  const said = written.properties ?? {}
  const known = read.properties ?? {}
  const needed = (read.required ?? []).filter((name) => !written.required?.includes(name))
  const shared = Object.entries(known).flatMap(([name, door]) => {
    const field = said[name] ?? (written.required?.includes(name) ? {} : undefined)
    if (field === undefined) return []
    const place = `${at}.${name}`
    const sameDefault = read.required?.includes(name) || text(field.default) === text(door.default)
    const meaning = sameDefault ? [] : [say(place, `left out, meant ${text(field.default)} and would mean ${text(door.default)}`)]
    return [...misfits(field, door, form, place), ...meaning]
  })
  const forgotten = form === 'sent' ? [] : Object.keys(said).filter((name) => known[name] === undefined)
  const others = read.additionalProperties
  return [
    ...needed.map((name) => say(`${at}.${name}`, 'may be missing')),
    ...shared,
    ...forgotten.map((name) => say(`${at}.${name}`, 'is no longer read')),
    ...(others === undefined ? [] : misfits(written.additionalProperties ?? {}, others, form, `${at}.*`)),
  ]
}

const words = ['$schema', '$id', 'title', 'description', 'examples', 'default']
const scalars = ['type', 'const', 'enum', 'pattern', 'minLength', 'maxLength', 'minimum', 'maximum']
const structure = ['properties', 'required', 'additionalProperties', 'items', 'anyOf']
const keywords = new Set([...words, ...scalars, ...structure])
const judges = (keyword: string) => keyword !== 'anyOf' && !words.includes(keyword)

const wordsOf = (schema: JsonSchema) => (schema.const === undefined ? schema.enum : [schema.const])

function typesOf({ type }: JsonSchema): readonly JsonType[] | undefined {
  return typeof type === 'string' ? [type] : type
}

/** The words that tell the branches of a union apart. */
function kindOf({ properties = {} }: JsonSchema): string {
  const fixed = Object.entries(properties).filter(([, field]) => typeof field.const === 'string')
  return fixed.map(([name, field]) => `${name} ${text(field.const)}`).join(', ')
}

function takes(schema: JsonSchema, word: Scalar): boolean {
  if (wordsOf(schema)?.includes(word) === false) return false
  const types = typesOf(schema)
  if (types !== undefined && !types.includes(typeOf(word)) && !(typeof word === 'number' && types.includes('number')))
    return false
  if (typeof word === 'string') {
    const { minLength = 0, maxLength = Infinity, pattern = '' } = schema
    const { length } = Array.from(word)
    return length >= minLength && length <= maxLength && new RegExp(pattern, 'u').test(word)
  }
  return typeof word !== 'number' || (word >= (schema.minimum ?? -Infinity) && word <= (schema.maximum ?? Infinity))
}

function typeOf(word: Scalar): JsonType {
  if (word === null) return 'null'
  if (typeof word === 'number') return Number.isInteger(word) ? 'integer' : 'number'
  return typeof word === 'string' ? 'string' : 'boolean'
}

const text = (value: unknown) => (value === undefined ? 'nothing' : JSON.stringify(value))
const say = (at: string, what: string) => `${at === '' ? 'the message' : at.replace(/^\./, '')}: ${what}`
