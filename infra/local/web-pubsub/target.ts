import { Refusal } from './refusal.ts'

/** Reads the target of an HTTP request, of which the host is not known and does not matter. */
export function parseTarget(target: string): URL {
  const base = 'http://local'
  if (!URL.canParse(target, base)) throw new Refusal(400, 'InvalidUrl', 'The request target is no URL.')
  return new URL(target, base)
}

export function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw new Refusal(400, 'InvalidUrl', `'${segment}' is not percent-encoded UTF-8.`)
  }
}
