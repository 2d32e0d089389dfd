/** The instant that an ISO-8601 text names; NaN where it names none after 1970. */
export function instantMs(text: string): number {
  const atMs = /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number.NaN
  return atMs > 0 ? atMs : Number.NaN
}

/** Reads the instants of one body, in which a few texts come again and again; null for what is none. */
export function instantReader(): (text: unknown) => number | null {
  const known = new Map<string, number | null>()
  return (text) => {
    if (typeof text !== 'string') return null
    const before = known.get(text)
    if (before !== undefined) return before
    const parsedMs = instantMs(text)
    const atMs = Number.isNaN(parsedMs) ? null : parsedMs
    known.set(text, atMs)
    return atMs
  }
}
