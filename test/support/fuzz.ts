import fc from 'fast-check'

export type JsonValue = null | boolean | number | string | JsonValue[] | { [name: string]: JsonValue }
export type Spot = readonly (string | number)[]
/** `at`: the spot that was spoilt, from the root; `how`: in which way. */
export type Spoilt = { body: JsonValue; at: Spot; how: string }

const values: Record<string, JsonValue> = {
  null: null,
  'empty text': '',
  text: 'surprise',
  NaN: 'NaN',
  Infinity: 'Infinity',
  'a huge number': 1e308,
  'a negative': -1_000_000,
  zero: 0,
  'a 77-digit id': '98022490269692409998126496127597032490334070080325855126491859374983463996227',
  true: true,
  'an empty list': [],
  'a list of null': [null],
  'an object': { a: 1 },
  'a long text': 'x'.repeat(5_000),
  'two lines': 'one\ntwo',
}

/** A JSON body with one spot of it spoilt: a field missing, renamed, null, of another type, or with a value that no sane feed sends. */
export function spoilt(body: JsonValue, within: (at: Spot) => boolean = () => true): fc.Arbitrary<Spoilt> {
  const spots = spotsOf(body).filter(within)
  const ways = ['missing', 'renamed', ...Object.keys(values)]
  return fc
    .record({ at: fc.constantFrom(...spots), how: fc.constantFrom(...ways) })
    .map(({ at, how }) => ({ at, how, body: withSpot(body, at, how) }))
}

function spotsOf(value: JsonValue, at: Spot = []): Spot[] {
  if (typeof value !== 'object' || value === null) return [at]
  const inner = Object.entries(value).flatMap(([name, child]) =>
    spotsOf(child, [...at, Array.isArray(value) ? Number(name) : name]),
  )
  return at.length === 0 ? inner : [at, ...inner]
}

function withSpot(body: JsonValue, at: Spot, how: string): JsonValue {
  const copy = structuredClone(body)
  let parent = copy as Record<string | number, JsonValue>
  for (const step of at.slice(0, -1)) parent = parent[step] as Record<string | number, JsonValue>
  const last = at.at(-1) ?? ''
  if (how !== 'missing' && how !== 'renamed') parent[last] = structuredClone(values[how] ?? null)
  else if (Array.isArray(parent)) parent.splice(Number(last), 1)
  else {
    if (how === 'renamed') parent[`${last}_v2`] = parent[last] ?? null
    delete parent[last]
  }
  return copy
}
