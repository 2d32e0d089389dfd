import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { allows, fits, grant, parsePattern, revoke, rightOf } from '../../infra/local/web-pubsub/client/roles.ts'

const matches = (pattern: string, name: string): boolean => {
  const parsed = parsePattern(pattern)
  return parsed !== undefined && fits(parsed, name)
}

/** The same meaning said another way: fine for short names, endless for long ones. */
function asRegExp(pattern: string): RegExp {
  const source = pattern.replaceAll(/\\[\\*?]|\*\*|[\s\S]/g, (token) => {
    if (token === '**') return '[\\s\\S]*'
    if (token === '*') return '[^.]*'
    if (token === '?') return '[^.]'
    return (token.length === 2 ? token.slice(1) : token).replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  })
  return new RegExp(`^${source}$`, 'u')
}

describe('group patterns in roles', () => {
  it.each([
    ['chat-*', 'chat-room', true],
    ['chat-*', 'chat.1', false],
    ['chat-*', 'xchat-1', false],
    ['clientA.*', 'clientA.alpha', true],
    ['clientA.*', 'clientA.alpha.room1', false],
    ['clientA.**', 'clientA.alpha.room1', true],
    ['clientA.**', 'clientB.anything', false],
    ['clientA.rooms.?1', 'clientA.rooms.a1', true],
    ['clientA.rooms.?1', 'clientA.rooms.a.1', false],
    ['literal\\*star', 'literal*star', true],
    ['literal\\*star', 'literalXstar', false],
    ['*****', 'anything', true],
    ['******', 'anything', false],
    ['bad-\\a', 'bad-a', false],
  ])('%s on %s is %s, as documented', (pattern, name, expected) => {
    expect(matches(pattern, name)).toBe(expected)
  })

  it('mean what the same pattern means as a regular expression', () => {
    const part = fc.constantFrom('a', 'b', '.', '?', '*', '**', '\\*', '\\?', '\\\\')
    const pattern = fc.array(part, { maxLength: 7 }).map((parts) => parts.join(''))
    const name = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?', '\\'), maxLength: 9 })
    fc.assert(
      fc.property(pattern, name, (pattern, name) => {
        fc.pre(parsePattern(pattern) !== undefined)
        expect(matches(pattern, name)).toBe(asRegExp(pattern).test(name))
      }),
      { numRuns: 2_000 },
    )
  })

  it('answer at once for the longest name and the worst pattern', () => {
    expect(matches('a*a*a*a*a*b', 'a'.repeat(1_024))).toBe(false)
  })
})

describe('the right to groups', () => {
  it('is none without a role', () => {
    fc.assert(
      fc.property(fc.string(), (group) => {
        expect(allows(rightOf([], 'sendToGroup'), group)).toBe(false)
      }),
    )
  })

  it('is for one action only', () => {
    const right = rightOf(['webpubsub.joinLeaveGroup', 'webpubsub.sendToGroup.a'], 'sendToGroup')
    expect([allows(right, 'a'), allows(right, 'b')]).toEqual([true, false])
  })

  it('follows the last grant or revocation that concerns a group', () => {
    const group = fc.constantFrom('a', 'b', undefined)
    const step = fc.record({ does: fc.constantFrom('grant' as const, 'revoke' as const), group })
    const roles = fc.subarray(['webpubsub.sendToGroup', 'webpubsub.sendToGroup.a', 'webpubsub.sendToGroups.*'])
    fc.assert(
      fc.property(roles, fc.array(step, { minLength: 1 }), (roles, steps) => {
        const right = steps.reduce(
          (right, { does, group }) => (does === 'grant' ? grant(right, group) : revoke(right, group)),
          rightOf(roles, 'sendToGroup'),
        )
        const last = steps.findLast(({ group }) => group === undefined || group === 'a')
        fc.pre(last !== undefined)
        expect(allows(right, 'a')).toBe(last?.does === 'grant')
      }),
    )
  })
})
