import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { Subject } from '../../infra/local/web-pubsub/filter/expression.ts'
import { compileFilter, createFilterCompiler } from '../../infra/local/web-pubsub/filter/filter.ts'

const subject = (more: Partial<Subject> = {}): Subject => ({
  userId: 'user-ab-de',
  connectionId: 'c1',
  protocol: 'json.webpubsub.azure.v1',
  groups: new Set(['group1', 'group2']),
  ...more,
})

function ask(source: string, of: Subject = subject()): boolean | string {
  const compiled = compileFilter(source)
  return compiled.kind === 'filter' ? compiled.matches(of) : compiled.problem
}

/** A random true-or-false expression: how it is written, and what it is worth for a subject, worked out apart. */
type Drawn = { text: string; worth: (subject: Subject) => boolean }

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`
const names = fc.constantFrom('', 'a', 'ab', "it's", 'B', 'group1')
const number = fc.integer({ min: -2, max: 4 })
const field = fc.constantFrom<[string, (s: Subject) => string | null]>(
  ['userId', (s) => s.userId],
  ['USERID', (s) => s.userId],
  ['connectionId', (s) => s.connectionId],
)
const comparisons = {
  eq: (a: number | null, b: number) => a === b,
  ne: (a: number | null, b: number) => a !== b,
  gt: (a: number | null, b: number) => a !== null && a > b,
  ge: (a: number | null, b: number) => a !== null && a >= b,
  lt: (a: number | null, b: number) => a !== null && a < b,
  le: (a: number | null, b: number) => a !== null && a <= b,
}
const operator = fc.constantFrom(...(Object.keys(comparisons) as (keyof typeof comparisons)[]))

const leaf: fc.Arbitrary<Drawn> = fc.oneof(
  fc.boolean().map((value) => ({ text: String(value), worth: () => value })),
  fc
    .tuple(field, names)
    .map(([[name, of], text]) => ({ text: `${name} eq ${quoted(text)}`, worth: (s: Subject) => of(s) === text })),
  field.map(([name, of]) => ({ text: `${name} ne null`, worth: (s: Subject) => of(s) !== null })),
  names.map((text) => ({ text: `${quoted(text)} in groups`, worth: (s: Subject) => s.groups.has(text) })),
  fc.tuple(field, fc.array(names, { minLength: 1, maxLength: 3 })).map(([[name, of], list]) => ({
    text: `${name} in (${list.map(quoted).join(', ')})`,
    worth: (s: Subject) => list.some((text) => text === of(s)),
  })),
  fc.tuple(field, operator, number).map(([[name, of], operator, than]) => ({
    text: `length(${name}) ${operator} ${than}`,
    worth: (s: Subject) => comparisons[operator](of(s)?.length ?? null, than),
  })),
  fc.tuple(field, names).map(([[name, of], part]) => ({
    text: `contains(${name},${quoted(part)})`,
    worth: (s: Subject) => of(s)?.includes(part) ?? false,
  })),
)
const { expression } = fc.letrec<{ expression: Drawn }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4 },
    leaf,
    tie('expression').map(({ text, worth }) => ({ text: `not (${text})`, worth: (s: Subject) => !worth(s) })),
    fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => ({
      text: `(${a.text}) and (${b.text})`,
      worth: (s: Subject) => a.worth(s) && b.worth(s),
    })),
    fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => ({
      text: `(${a.text}) or (${b.text})`,
      worth: (s: Subject) => a.worth(s) || b.worth(s),
    })),
  ),
}))
const anyone: fc.Arbitrary<Subject> = fc.record({
  userId: fc.option(names),
  connectionId: names,
  protocol: fc.constant(null),
  groups: fc.array(names).map((list) => new Set(list)),
})

describe('a filter', () => {
  it('is worth what its parts are worth', () => {
    fc.assert(
      fc.property(expression, anyone, ({ text, worth }, someone) => {
        expect(ask(text, someone)).toBe(worth(someone))
      }),
      { numRuns: 1_000 },
    )
  })

  it('binds "and" before "or", from the left', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('and', 'or'), fc.boolean()), { minLength: 1, maxLength: 8 }), (terms) => {
        const text = terms.map(([joint, value], at) => (at === 0 ? `${value}` : `${joint} ${value}`)).join(' ')
        const worth = text.split(' or ').some((clause) => !clause.includes('false'))
        expect(ask(text)).toBe(worth)
      }),
    )
  })

  it('is refused or compiled, whatever is written, and never breaks', () => {
    const word = fc.constantFrom(
      'not',
      'and',
      'eq',
      'in',
      'groups',
      'userId',
      '(',
      ')',
      ',',
      "'a'",
      '1',
      'null',
      'length',
      'contains',
    )
    const salad = fc.array(word, { maxLength: 12 }).map((words) => words.join(' '))
    fc.assert(
      fc.property(fc.oneof(fc.string(), salad), (source) => {
        expect(['boolean', 'string']).toContain(typeof ask(source))
      }),
      { numRuns: 2_000 },
    )
  })

  it.each([
    ["tolower('USER') eq 'user' and toupper('u') eq 'U' and trim(' u ') eq 'u'", true],
    ["substring(userId,5,2) eq 'ab' and substring(userId,5) eq 'ab-de'", true],
    ["endswith(userId,'de') and startswith(userId,'user')", true],
    ["indexof(userId,'-ab-') eq 4 and indexof(userId,'x') eq -1", true],
    ["concat(connectionId,'!') eq 'c1!'", true],
    ['length(groups) gt 1', true],
    ["userId in ('user1', 'user-ab-de') and 'group1' in groups", true],
    ["userId eq 'x' or (not ('group1' in groups))", false],
    ["protocol eq 'json.webpubsub.azure.v1'", true],
    ["'group1' in (groups)", true],
  ])('%s is %s, as documented', (source, expected) => {
    expect(ask(source)).toBe(expected)
  })

  it('treats a missing user as null', () => {
    const nobody = subject({ userId: null })
    expect(ask('userId eq null', nobody)).toBe(true)
    expect(ask("startswith(userId,'a')", nobody)).toBe(false)
    expect(ask("indexof(userId,'a') eq -1", nobody)).toBe(true)
    expect(ask('tolower(userId) eq null and length(userId) eq null', nobody)).toBe(true)
    expect(ask('not (length(userId) gt 5)', nobody)).toBe(true)
  })

  it.each([
    ['not length(userId) gt 5', /'not' must be true or false, not int/],
    ["userId gt 'a'", /'gt' must be an integer, not string/],
    ["length(userId) eq '1'", /cannot compare int with string/],
    ['groups eq null', /does not compare collections/],
    ["userId in 'a'", /must be groups or a list/],
    ['length(userId) > 3', /Cannot read the filter from "> 3"/],
    ["user eq 'a'", /'user' is not known; use userId/],
    ["matches(userId,'a')", /no function 'matches'; known are length/],
    ['contains(userId)', /takes 2 arguments, not 1/],
    ["substring(userId,-1) eq 'a'", /must be a plain integer from 0/],
    ['userId', /The filter must be true or false, not string/],
    ['', /ends too early/],
    ['true true', /Expected the filter to end before 'true'/],
  ])('%s is refused with its reason', (source, reason) => {
    expect(ask(source)).toMatch(reason)
  })

  it('has a largest length and a largest depth', () => {
    expect(ask('('.repeat(500))).toMatch(/nested at most 100 deep/)
    expect(ask(`'${'a'.repeat(9_000)}' eq userId`)).toMatch(/at most 8192 characters/)
  })

  it('is compiled once for as long as it is in use', () => {
    const compile = createFilterCompiler(2)
    const first = compile('true')
    compile('false')
    expect(compile('true')).toBe(first)
    compile('1 eq 1')
    expect(compile('true')).toBe(first)
    expect(compile('false')).not.toBe(first)
  })
})
