/** A whole number of a query, between bounds; what is asked for beyond them is cut, as venues do. */
export function count(query: URLSearchParams, name: string, usual: number, most: number): number {
  const asked = Number(query.get(name) ?? usual)
  return Number.isInteger(asked) && asked >= 0 ? Math.min(asked, most) : usual
}

/** Every value of a parameter that may be repeated, or hold several with commas between; undefined where it is not there. */
export function wanted(query: URLSearchParams, name: string): ReadonlySet<string> | undefined {
  const values = query
    .getAll(name)
    .flatMap((list) => list.split(','))
    .filter((value) => value !== '')
  return values.length === 0 ? undefined : new Set(values)
}
