import type { Kind } from './kinds.ts'

/** One thing that a route takes, and what it means there. */
export type Parameter<T> = Kind<T> & { says: string; missing: { allowed: true; value: T } | { allowed: false } }
export type Parameters = Readonly<Record<string, Parameter<unknown>>>
export type Values<P extends Parameters> = { readonly [Name in keyof P]: P[Name] extends Parameter<infer T> ? T : never }

export const required = <T>(kind: Kind<T>, says: string): Parameter<T> => ({ ...kind, says, missing: { allowed: false } })

export const optional = <T>(kind: Kind<T>, says: string): Parameter<T | undefined> => ({
  ...kind,
  says,
  missing: { allowed: true, value: undefined },
})

export const usually = <T>(value: T, kind: Kind<T>, says: string): Parameter<T> => ({
  ...kind,
  says,
  missing: { allowed: true, value },
})

/** `why` begins after the parameter's name; `given` is null where nothing was said. */
export type Fault = { in: 'path' | 'query'; parameter: string; given: string | null; why: string }

export type Said = { name: string; value: string }
export type ReadParameters<P extends Parameters> = { ok: true; values: Values<P> } | { ok: false; faults: Fault[] }

/**
 * A name that the route does not know is a fault: most often it is misspelt, and an answer that has passed over it looks right and is not.
 * It also keeps what a CDN holds to one answer a question. What is said twice is one too, since no two readers agree on what that means;
 * what is said to be nothing (`topic=`) is not said, for so a form sends a field that was left empty.
 */
export function readParameters<P extends Parameters>(where: Fault['in'], said: readonly Said[], known: P): ReadParameters<P> {
  const faults: Fault[] = []
  const fault = (parameter: string, given: string | null, why: string) =>
    faults.push({ in: where, parameter: short(parameter), given: given === null ? null : short(given), why })
  const values = new Map<string, unknown>()
  for (const { name, value } of said) {
    const parameter = Object.hasOwn(known, name) ? known[name] : undefined
    if (parameter === undefined) fault(name, value, `is no parameter here${alternatives(Object.keys(known))}`)
    else if (values.has(name)) fault(name, value, 'is there twice')
    else if (value !== '') {
      const read = parameter.read(value)
      if (read === undefined) fault(name, value, `takes ${parameter.takes}`)
      values.set(name, read)
    }
  }
  for (const [name, { missing, takes }] of Object.entries(known)) {
    if (values.has(name)) continue
    if (missing.allowed) values.set(name, missing.value)
    else fault(name, null, `is missing; it takes ${takes}`)
  }
  return faults.length > 0 ? { ok: false, faults } : { ok: true, values: Object.fromEntries(values) as Values<P> }
}

const alternatives = (names: readonly string[]) => (names.length === 0 ? '' : `; there are ${names.join(', ')}`)

const mostShown = 100

/** As much of what was said as is worth saying back. */
export function short(text: string): string {
  const some = text.slice(0, mostShown).toWellFormed()
  return some.length < text.length ? `${some}…` : some
}
