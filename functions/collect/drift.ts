import type { Drift } from '../book/feed-health.ts'
import { oneLine } from './one-line.ts'

/** What is known of one kind of object in a feed's JSON: the fields that every one has, and those that some have. */
export type KnownObjects = {
  /** As it is to be named in the report: `market`. */
  name: string
  always: readonly string[]
  sometimes: readonly string[]
  objects: readonly unknown[]
}

/** Of each kind, this many are looked at in a poll: the fields of one feed's objects are alike, and looking at all costs as much as reading them. */
const maxSamples = 32
/** Names worth telling a person; a feed that was redesigned has more, and then the first few say it. */
const maxFields = 20

/** How a feed's JSON differs from what we know of it. A kind of which there is no object tells nothing. */
export function driftOf(kinds: readonly KnownObjects[]): Drift {
  const unknown = new Map<string, number>()
  const vanished: string[] = []
  for (const { name, always, sometimes, objects } of kinds) {
    const samples = sampled(objects)
    if (samples.length === 0) continue
    const known = new Set([...always, ...sometimes])
    const seen = new Set<string>()
    for (const sample of samples) {
      for (const field of Object.keys(sample)) {
        if (known.has(field)) seen.add(field)
        else unknown.set(`${name}.${field}`, (unknown.get(`${name}.${field}`) ?? 0) + 1)
      }
    }
    vanished.push(...always.filter((field) => !seen.has(field)).map((field) => `${name}.${field}`))
  }
  return {
    unknown: [...unknown].slice(0, maxFields).map(([field, count]) => ({ field: oneLine(field, 100), count })),
    vanished: vanished.slice(0, maxFields),
  }
}

/** Evenly spread over the list, the first among them. */
function sampled(objects: readonly unknown[]): object[] {
  const step = Math.max(1, Math.ceil(objects.length / maxSamples))
  const samples: object[] = []
  for (let i = 0; i < objects.length; i += step) {
    const object = objects[i]
    if (typeof object === 'object' && object !== null && !Array.isArray(object)) samples.push(object)
  }
  return samples
}
