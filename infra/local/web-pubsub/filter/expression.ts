/** What a filter can ask of a connection. */
export type Subject = {
  readonly userId: string | null
  readonly connectionId: string
  readonly protocol: string | null
  readonly groups: ReadonlySet<string>
}

export type Read<T> = (subject: Subject) => T
export type Expression =
  | { type: 'string'; read: Read<string | null> }
  | { type: 'int'; read: Read<number | null>; constant?: number }
  | { type: 'bool'; read: Read<boolean> }
  | { type: 'null'; read: Read<null> }
  | { type: 'collection'; read: Read<ReadonlySet<string>> }

/** Says what is wrong with a filter, in words for whoever wrote it. */
export class Unusable extends Error {}

export function asBool(expression: Expression, what: string): Read<boolean> {
  if (expression.type === 'bool') return expression.read
  throw new Unusable(`${what} must be true or false, not ${expression.type}.`)
}

export function asString(expression: Expression, what: string): Read<string | null> {
  if (expression.type === 'string' || expression.type === 'null') return expression.read
  throw new Unusable(`${what} must be a string, not ${expression.type}.`)
}

export function asInt(expression: Expression, what: string): Read<number | null> {
  if (expression.type === 'int' || expression.type === 'null') return expression.read
  throw new Unusable(`${what} must be an integer, not ${expression.type}.`)
}
