/**
 * Route templates of HTTP functions, as ASP.NET matches them: literals without regard to case, `{id}`, `{id?}` (at the end),
 * `{id:int}` with the constraints below, `{*rest}` for all that is left, and mixtures inside one segment like `{name}.{ext}`.
 * Anything else is refused when the app starts, never matched wrongly.
 */
export type Route = { match(path: string): Record<string, string> | undefined }

type Check = (value: string) => boolean
type Segment =
  | { kind: 'literal'; text: string }
  | { kind: 'pattern'; pattern: RegExp; parameters: readonly Parameter[]; optional: boolean }
  | { kind: 'rest'; parameter: Parameter }
type Parameter = { name: string; checks: readonly Check[] }

export function parseRoute(template: string): Route {
  const segments = splitPath(template).map((text, index, all) => parseSegment(text, index === all.length - 1, template))
  return {
    match(path) {
      const values: Record<string, string> = {}
      const found = splitPath(path).map(decodeSegment)
      for (const [index, segment] of segments.entries()) {
        if (segment.kind === 'rest') return take([segment.parameter], [found.slice(index).join('/')], values) ? values : undefined
        const text = found[index]
        if (text === undefined) return segment.kind === 'pattern' && segment.optional ? values : undefined
        if (segment.kind === 'literal') {
          if (text.toLowerCase() !== segment.text) return undefined
          continue
        }
        const parts = segment.pattern.exec(text)
        if (parts === null || !take(segment.parameters, parts.slice(1), values)) return undefined
      }
      return found.length > segments.length ? undefined : values
    },
  }
}

function take(parameters: readonly Parameter[], found: readonly string[], values: Record<string, string>): boolean {
  return parameters.every(({ name, checks }, index) => {
    const value = found[index] ?? ''
    if (value === '') return true
    values[name] = value
    return checks.every((check) => check(value))
  })
}

function splitPath(path: string): string[] {
  const trimmed = path.replace(/^\//, '').replace(/\/$/, '')
  return trimmed === '' ? [] : trimmed.split('/')
}

/** Kestrel decodes everything but an escaped slash, which would otherwise change the number of segments. */
function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment.replaceAll(/%2f/gi, '%252F'))
  } catch {
    return segment
  }
}

function parseSegment(text: string, last: boolean, template: string): Segment {
  const refuse = (why: string): never => {
    throw new Error(`the route '${template}' ${why}`)
  }
  const pieces = text.match(/\{[^{}]*\}|[^{}]+/g) ?? []
  if (pieces.join('') !== text) refuse(`has braces that do not match in '${text}'`)
  if (pieces.every((piece) => !piece.startsWith('{'))) return { kind: 'literal', text: text.toLowerCase() }
  const parameters: Parameter[] = []
  let optional = false
  let pattern = ''
  for (const piece of pieces) {
    if (!piece.startsWith('{')) {
      pattern += piece.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
      continue
    }
    const [, star = '', name = '', constraints = '', question = ''] =
      /^\{(\*{0,2})(\w+)((?::[^:?()=]+(?:\([^()]*\))?)*)(\??)\}$/.exec(piece) ??
      refuse(`has the parameter '${piece}', which the local host cannot read`)
    if ((star !== '' || question !== '') && (!last || pieces.length > 1)) refuse(`has '${piece}' elsewhere than at its end`)
    const parameter = {
      name,
      checks: constraints
        .split(/:(?![^(]*\))/)
        .slice(1)
        .map((constraint) => checkOf(constraint, template)),
    }
    if (star !== '') return { kind: 'rest', parameter }
    optional ||= question !== ''
    parameters.push(parameter)
    pattern += '(.+)'
  }
  return { kind: 'pattern', pattern: new RegExp(`^${pattern}$`, 'is'), parameters, optional }
}

const guid = /^[\da-f]{8}-?[\da-f]{4}-?[\da-f]{4}-?[\da-f]{4}-?[\da-f]{12}$/i
const integer = /^[+-]?\d+$/
const withinBits = (value: string, bits: bigint) =>
  integer.test(value) && BigInt.asIntN(Number(bits), BigInt(value.replace('+', ''))) === BigInt(value.replace('+', ''))

const constraints: Record<string, (args: readonly number[]) => Check> = {
  int: () => (value) => withinBits(value, 32n),
  long: () => (value) => withinBits(value, 64n),
  bool: () => (value) => /^(true|false)$/i.test(value),
  guid: () => (value) => guid.test(value),
  alpha: () => (value) => /^[a-z]*$/i.test(value),
  decimal: () => (value) => /^[+-]?\d+(\.\d*)?$/.test(value),
  double: () => (value) => value.trim() !== '' && Number.isFinite(Number(value)),
  float: () => (value) => value.trim() !== '' && Number.isFinite(Number(value)),
  required: () => (value) => value !== '',
  length:
    ([from = 0, to = from]) =>
    (value) =>
      value.length >= from && value.length <= to,
  minlength:
    ([from = 0]) =>
    (value) =>
      value.length >= from,
  maxlength:
    ([to = 0]) =>
    (value) =>
      value.length <= to,
  min:
    ([from = 0]) =>
    (value) =>
      integer.test(value) && Number(value) >= from,
  max:
    ([to = 0]) =>
    (value) =>
      integer.test(value) && Number(value) <= to,
  range:
    ([from = 0, to = 0]) =>
    (value) =>
      integer.test(value) && Number(value) >= from && Number(value) <= to,
}

function checkOf(constraint: string, template: string): Check {
  const [, name = '', args = ''] = /^(\w+)(?:\((.*)\))?$/.exec(constraint) ?? []
  const make = constraints[name.toLowerCase()]
  const numbers = args === '' ? [] : args.split(',').map(Number)
  if (make === undefined || numbers.some(Number.isNaN)) {
    throw new Error(
      `the route '${template}' has the constraint '${constraint}', which the local host does not know; it knows ${Object.keys(constraints).join(', ')}`,
    )
  }
  return make(numbers)
}
