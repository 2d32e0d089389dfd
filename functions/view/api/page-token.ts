import type { Kind } from './kinds.ts'

/**
 * Where a page ended. It means something to the route that gave it alone, so that what it holds may change: for others it is letters to
 * give back.
 */
export const tokenOf = (place: unknown) => Buffer.from(JSON.stringify(place)).toString('base64url')

const maxLength = 1_000

export function token<T>(isPlace: (place: unknown) => place is T): Kind<T> {
  return {
    takes: 'what the page before gave as next, unchanged',
    schema: { type: 'string', pattern: '^[A-Za-z0-9_-]+$', maxLength },
    example: '',
    read(text) {
      if (!/^[A-Za-z0-9_-]+$/.test(text) || text.length > maxLength) return undefined
      try {
        const place: unknown = JSON.parse(Buffer.from(text, 'base64url').toString())
        return isPlace(place) && tokenOf(place) === text ? place : undefined
      } catch {
        return undefined
      }
    },
  }
}

/** Of a list in the order of ids: everything after this one. */
export const afterToken = token((place): place is string => typeof place === 'string')

/** The address of the page that goes on at `place`, asked for like the one before. */
export function nextPage(route: string, asked: Readonly<Record<string, string | number | undefined>>, place: unknown): string {
  const said = Object.entries({ ...asked, token: tokenOf(place) }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  )
  return `/api/${route}?${said.join('&')}`
}
