/**
 * An assert is a function, and no schema can be read out of a function. So whoever asserts tells the same here in the words of JSON Schema,
 * beside the assert; the schemas are generated from that (`scripts/schemas/`), and a test holds each against the parser. Parsing
 * never looks at it.
 */
export type Limits = {
  readonly const?: string | number
  readonly type?: 'integer'
  readonly pattern?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  /** The words known today, of a list that may grow. */
  readonly examples?: readonly string[]
}

const toldOf = new WeakMap<object, Limits>()

/** Gives `type` back. It must be the outermost: what is made of it by a further `assert` or `map` is another type. */
export function told<T extends object>(type: T, limits: Limits): T {
  toldOf.set(type, limits)
  return type
}

const sometimesThere = new WeakSet<object>()

/** Of an optional field of what we send: it is left out where there is nothing to say, while all others are always there. */
export function sometimes<T extends object>(type: T): T {
  sometimesThere.add(type)
  return type
}
export const isSometimes = (type: object): boolean => sometimesThere.has(type)

/** `undefined`: nothing was told, and whatever the type asserts stays unknown. */
export const limitsOf = (type: object): Limits | undefined => toldOf.get(type)
