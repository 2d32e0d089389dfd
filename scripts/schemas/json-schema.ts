import type * as v from '@badrap/valita'

import { isSometimes, limitsOf } from '../../functions/book/limits.ts'

/** As much of draft 2020-12 as our messages need. */
export type JsonSchema = {
  readonly $schema?: string
  readonly $id?: string
  readonly title?: string
  readonly description?: string
  readonly type?: JsonType | readonly JsonType[]
  readonly const?: Scalar
  readonly enum?: readonly Scalar[]
  readonly examples?: readonly Scalar[]
  readonly pattern?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly default?: unknown
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: JsonSchema
  readonly items?: JsonSchema
  readonly anyOf?: readonly JsonSchema[]
}
export type JsonType = 'string' | 'number' | 'integer' | 'boolean' | 'null' | 'object' | 'array'
export type Scalar = string | number | boolean | null

/**
 * `read`: what the parser takes; a field with a default may be left out. `sent`: what we write; every field is there, but for those
 * that are marked as left out where there is nothing to say, and whoever reads it may rely on that.
 */
export type Form = 'read' | 'sent'

/** What a person should know of `field`; `parent` is the field that holds the object it stands in. */
export type Describe = (parent: string, field: string) => string

/**
 * The schema of a wire type. It never guesses: a type that asserts something of which `limits.ts` was told nothing, or a kind of type that
 * no message has had so far, is an error that names the place.
 */
export function jsonSchema(type: v.Type, form: Form, root: string, describe: Describe): JsonSchema {
  const schemaOf = (type: Node, parent: string, place: string): JsonSchema => {
    switch (type.name) {
      case 'string':
      case 'number':
      case 'boolean':
      case 'null':
        return { type: type.name }
      case 'literal':
        return { type: typeof type.value as JsonType, const: type.value }
      case 'array':
        if (type.restType === undefined || type.prefix.length + type.suffix.length > 0) throw new UntoldError(place, 'a tuple')
        return { type: 'array', items: schemaOf(type.restType, parent, `${place}[]`) }
      case 'object':
        return objectOf(type, parent, place)
      case 'union':
        return unionOf(type.options, parent, place)
      case 'transform':
        return limited(type, parent, place)
      default:
        throw new UntoldError(place, `of kind "${type.name}"`)
    }
  }

  const objectOf = ({ shape, restType }: ObjectNode, parent: string, place: string): JsonSchema => {
    const fields = Object.entries(shape).map(([name, type]) => {
      const optional = optionalIn(type)
      const schema = {
        description: describe(parent, name),
        ...schemaOf(optional?.type ?? type, name, `${place}.${name}`),
        ...(optional !== undefined && form === 'read' ? defaultOf(type) : {}),
      }
      return { name, schema, isRequired: optional === undefined || (form === 'sent' && !isSometimes(type)) }
    })
    return {
      type: 'object',
      properties: Object.fromEntries(fields.map(({ name, schema }) => [name, schema])),
      required: fields.filter(({ isRequired }) => isRequired).map(({ name }) => name),
      ...(restType === undefined ? {} : { additionalProperties: schemaOf(restType, parent, `${place}.*`) }),
    }
  }

  const unionOf = (options: readonly Node[], parent: string, place: string): JsonSchema => {
    const all = options.map((option) => schemaOf(option, parent, place))
    const others = all.filter((schema) => schema.type !== 'null')
    const words = others.flatMap(({ const: word }) => (word === undefined ? [] : [word]))
    const [only] = others
    if (others.length < all.length && only !== undefined && others.length === 1) return nullable(only)
    if (words.length === all.length) return { type: 'string', enum: words }
    if (all.every((schema) => schema.type === 'object')) return { anyOf: all }
    throw new UntoldError(place, 'a union of unlike things')
  }

  const limited = (type: TransformNode, parent: string, place: string): JsonSchema => {
    const limits = limitsOf(type)
    if (limits === undefined) throw new UntoldError(place, 'asserted to be what no schema can know; `told` says it (limits.ts)')
    const [base, ...others] = terminals(type)
    if (base === undefined || others.length > 0) throw new UntoldError(place, 'asserted as a union')
    return { ...schemaOf(base, parent, place), ...limits }
  }

  return schemaOf(type as Node, root, root)
}

export class UntoldError extends Error {
  constructor(place: string, what: string) {
    super(`${place} is ${what}, and so it has no JSON Schema`)
    this.name = 'UntoldError'
  }
}

function nullable(schema: JsonSchema): JsonSchema {
  const { type, enum: words, ...rest } = schema
  const types = type === undefined ? [] : typeof type === 'string' ? [type] : type
  return { type: [...types, 'null'], ...(words === undefined ? {} : { enum: [...words, null] }), ...rest }
}

/** Valita keeps what a transform is made of to itself, but for its ends: for an optional with a default, the optional is the first of them. */
function optionalIn(type: Node): OptionalNode | undefined {
  const node = type.name === 'transform' ? terminals(type)[0] : type
  return node?.name === 'optional' ? node : undefined
}

function terminals(type: TransformNode): Node[] {
  const found: Node[] = []
  // oxlint-disable-next-line no-underscore-dangle -- the name is Valita's
  type._toTerminals((terminal) => found.push(terminal))
  return found
}

/** What the parser makes of the field where it is missing: nothing, or its default. */
function defaultOf(type: Node): { default?: unknown } {
  if (type.name !== 'transform') return {}
  const missing = type.try(undefined)
  return missing.ok ? { default: missing.value } : {}
}

/** Valita's types by their own names, with what its declarations leave out. */
type Node = ScalarNode | LiteralNode | ArrayNode | ObjectNode | UnionNode | OptionalNode | TransformNode
type ScalarNode = { name: 'string' | 'number' | 'boolean' | 'null' }
type LiteralNode = { name: 'literal'; value: string | number | boolean }
type ArrayNode = { name: 'array'; prefix: readonly Node[]; restType: Node | undefined; suffix: readonly Node[] }
type ObjectNode = { name: 'object'; shape: Readonly<Record<string, Node>>; restType: Node | undefined }
type UnionNode = { name: 'union'; options: readonly Node[] }
type OptionalNode = { name: 'optional'; type: Node }
type TransformNode = {
  name: 'transform'
  _toTerminals(take: (terminal: Node) => void): void
  try(raw: unknown): v.ValitaResult<unknown>
}
