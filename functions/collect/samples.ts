import type { Drift } from '../book/feed-health.ts'
import { driftOf } from './drift.ts'

/** Of each kind, the newest this many are kept to be looked at. */
const maxSamples = 32

/** The fields of one kind of object in a stream: those that every one has, and those that some have. */
export type KnownFields = { always: readonly string[]; sometimes: readonly string[] }

/** Some of the objects that a stream brought, for the question whether it still looks as we know it. */
export class Samples<Kind extends string> {
  readonly #known: Readonly<Record<Kind, KnownFields>>
  readonly #taken = new Map<Kind, object[]>()
  #count = 0

  constructor(known: Readonly<Record<Kind, KnownFields>>) {
    this.#known = known
  }

  take(kind: Kind, object: unknown): void {
    if (typeof object !== 'object' || object === null) return
    const taken = this.#taken.get(kind) ?? []
    this.#taken.set(kind, taken)
    taken[this.#count++ % maxSamples] = object
  }

  drift(): Drift {
    return driftOf([...this.#taken].map(([name, objects]) => ({ name, ...this.#known[name], objects: objects.filter(Boolean) })))
  }
}
