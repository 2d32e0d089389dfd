import fc from 'fast-check'

import type { OpenApi, OpenApiParameter } from '../../scripts/api/open-api.ts'

/** `target` is the path and query as they go over the wire. */
export type HostileRequest = { method: string; target: string; headers: Record<string, string> }

/** What the API's own document says can be asked, and then everything that it does not say. */
export function hostileRequests({ paths }: OpenApi): fc.Arbitrary<HostileRequest> {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [] }]) => ({ path, method: method.toUpperCase(), parameters })),
  )
  return fc.constantFrom(...operations).chain(({ path, method, parameters }) =>
    fc.record({
      method: fc.oneof(
        { weight: 8, arbitrary: fc.constant(method) },
        fc.constantFrom('GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS'),
      ),
      target: fc.tuple(pathOf(path, parameters), queryOf(parameters)).map(([said, query]) => said + query),
      headers,
    }),
  )
}

const times = (text: string, n: number) => text.repeat(n)
const nasty = fc.constantFrom(
  '',
  ' ',
  '0',
  '-1',
  '1.5',
  '1e400',
  'NaN',
  'null',
  'true',
  times('9', 40),
  times('x', 300),
  times('x', 6_000),
  times('é', 257),
  '😀',
  '\u0000',
  'a:\u0000',
  'a:b\r\nset-cookie: x=1',
  '\u202Ea:b',
  '../../../etc/passwd',
  '..%2f..%2f',
  'a:..\\..',
  "' OR 1=1 --",
  '<script>alert(1)</script>',
  '${7*7}',
  '__proto__',
  'constructor',
  '[]',
  '{"$ne":1}',
  'a:' + times('y', 254),
  'a:' + times('😀', 126),
  'a:/b?c#d',
)
/** Not to be escaped any further. */
const rawNasty = fc.constantFrom(
  '%',
  '%f',
  '%ff',
  '%00',
  '%c3%28',
  '%ed%a0%80',
  '%u0041',
  '%2e%2e%2f',
  '+',
  '%252F',
  '=',
  '==',
  '&',
  ';',
  "'",
)

const escaped = (text: string) => encodeURIComponent(text.toWellFormed())

function valueOf({ schema, example }: OpenApiParameter): fc.Arbitrary<string> {
  const { enum: words = [] } = schema as { enum?: readonly string[] }
  const proper = [...words, String(example ?? '1')].map(escaped)
  return fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...proper) },
    { weight: 3, arbitrary: nasty.map(escaped) },
    rawNasty,
    fc.string({ unit: 'grapheme' }).map(escaped),
    fc.integer().map(String),
  )
}

function pathOf(path: string, parameters: readonly OpenApiParameter[]): fc.Arbitrary<string> {
  const segments = path.split('/').map((segment) => {
    const parameter = parameters.find(({ name }) => segment === `{${name}}`)
    return parameter === undefined
      ? fc.oneof({ weight: 30, arbitrary: fc.constant(segment) }, nasty.map(escaped))
      : valueOf(parameter)
  })
  return fc.tuple(...segments).map((all) => `/${all.join('/').replace(/^\/+/, '')}`)
}

function queryOf(parameters: readonly OpenApiParameter[]): fc.Arbitrary<string> {
  const known = parameters.filter((parameter) => parameter.in === 'query')
  const unknown = fc.tuple(
    fc.oneof(nasty.map(escaped), rawNasty, fc.constantFrom('code', 'stauts', 'limit[]', 'Topic')),
    fc.oneof(nasty.map(escaped), rawNasty),
  )
  const pair =
    known.length === 0
      ? unknown
      : fc.oneof(
          {
            weight: 5,
            arbitrary: fc.constantFrom(...known).chain((parameter) => fc.tuple(fc.constant(parameter.name), valueOf(parameter))),
          },
          { weight: 1, arbitrary: unknown },
        )
  return fc
    .oneof(
      { weight: 8, arbitrary: fc.array(pair, { maxLength: 4 }) },
      { weight: 1, arbitrary: pair.map((one) => Array.from({ length: 60 }, () => one)) },
    )
    .map((pairs) => (pairs.length === 0 ? '' : `?${pairs.map(([name, value]) => `${name}=${value}`).join('&')}`))
}

const headerText = fc.constantFrom(
  '',
  '*',
  'W/"',
  times('"a",', 500),
  'é'.normalize('NFC'),
  'text/csv;q=',
  'text/csv',
  ';;;,,,',
  '-1',
  'null',
  'https://evil.example',
)
const headers = fc.dictionary(
  fc.constantFrom(
    'if-none-match',
    'accept',
    'accept-encoding',
    'origin',
    'if-modified-since',
    'range',
    'x-forwarded-for',
    'content-type',
  ),
  headerText,
  { maxKeys: 3 },
)
