/**
 * What a connection may do to which group.
 *
 * A token carries roles: `webpubsub.joinLeaveGroup` (every group), `webpubsub.joinLeaveGroup.{group}` (that one), and
 * `webpubsub.joinLeaveGroups.{pattern}` (all that fit); the same three for `sendToGroup`. REST can grant and revoke later, by
 * name only. A group that was revoked by name stays forbidden even where a wider right would allow it, or revoking would do nothing.
 */
export type GroupRight = {
  every: boolean
  names: ReadonlySet<string>
  patterns: readonly Pattern[]
  revoked: ReadonlySet<string>
}

export type Action = 'joinLeaveGroup' | 'sendToGroup'

export function rightOf(roles: readonly string[], action: Action): GroupRight {
  const one = `webpubsub.${action}`
  const starting = (prefix: string) => roles.filter((role) => role.startsWith(prefix)).map((role) => role.slice(prefix.length))
  return {
    every: roles.includes(one),
    names: new Set(starting(`${one}.`)),
    patterns: starting(`${one}s.`)
      .map(parsePattern)
      .filter((pattern) => pattern !== undefined),
    revoked: new Set(),
  }
}

export function allows(right: GroupRight, group: string): boolean {
  if (right.revoked.has(group)) return false
  return right.every || right.names.has(group) || right.patterns.some((pattern) => fits(pattern, group))
}

/** Without a group: the right to every group. */
export function grant(right: GroupRight, group: string | undefined): GroupRight {
  if (group === undefined) return { ...right, every: true, revoked: new Set() }
  const revoked = new Set(right.revoked)
  revoked.delete(group)
  return { ...right, names: new Set(right.names).add(group), revoked }
}

export function revoke(right: GroupRight, group: string | undefined): GroupRight {
  if (group === undefined) return { every: false, names: new Set(), patterns: [], revoked: new Set() }
  const names = new Set(right.names)
  names.delete(group)
  return { ...right, names, revoked: new Set(right.revoked).add(group) }
}

type Token = { kind: 'literal'; char: string } | { kind: 'one' } | { kind: 'segment' } | { kind: 'path' }
export type Pattern = readonly Token[]

/** The service's limit, those of `**` included. A pattern with more fits nothing. */
const mostStars = 5

/** `*` any run without a dot, `**` any run, `?` one character that is no dot, `\` before `*`, `?` or `\` makes it plain. */
export function parsePattern(text: string): Pattern | undefined {
  const tokens: Token[] = []
  let stars = 0
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at)
    if (char === '\\') {
      const next = text.charAt(++at)
      if (next !== '\\' && next !== '*' && next !== '?') return undefined
      tokens.push({ kind: 'literal', char: next })
    } else if (char === '*') {
      const double = text.charAt(at + 1) === '*'
      if (double) at++
      stars += double ? 2 : 1
      tokens.push({ kind: double ? 'path' : 'segment' })
    } else {
      tokens.push(char === '?' ? { kind: 'one' } : { kind: 'literal', char })
    }
  }
  return stars > mostStars ? undefined : tokens
}

/**
 * Walks the name once and keeps which tokens could come next, so the time is pattern × name at worst. The same pattern as a
 * regular expression backtracks: `a*a*a*a*a*b` on a thousand `a` would not end.
 */
export function fits(pattern: Pattern, name: string): boolean {
  let open = new Set<number>()
  enter(pattern, 0, open)
  for (const char of name.split('')) {
    const next = new Set<number>()
    for (const at of open) {
      const token = pattern[at]
      if (token === undefined) continue
      if (token.kind === 'literal' && token.char === char) enter(pattern, at + 1, next)
      if (token.kind === 'one' && char !== '.') enter(pattern, at + 1, next)
      if (token.kind === 'segment' && char !== '.') enter(pattern, at, next)
      if (token.kind === 'path') enter(pattern, at, next)
    }
    open = next
  }
  return open.has(pattern.length)
}

/** A star may stand for nothing, so whoever reaches it also reaches what follows. */
function enter(pattern: Pattern, at: number, open: Set<number>): void {
  open.add(at)
  const token = pattern[at]
  if (token?.kind === 'segment' || token?.kind === 'path') enter(pattern, at + 1, open)
}
