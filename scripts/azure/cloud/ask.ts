import type { Cloud } from './cloud.ts'

export type CloudRequest = {
  /** What it is for, in the words of an error. */
  what: string
  method: 'GET' | 'PUT' | 'POST'
  url: string
  scope: string
  json?: unknown
  bytes?: { type: string; content: Uint8Array<ArrayBuffer> }
  headers?: Record<string, string>
  /** Statuses besides 2xx that are answers and not failures. */
  takes?: readonly number[]
  /** Why this answer is worth a wait and another try, if it is. */
  again?: (answer: CloudAnswer) => string | undefined
  tries?: number
}

export type CloudAnswer = { status: number; headers: Headers; text: string }

export class CloudError extends Error {
  readonly answer: CloudAnswer | undefined
  constructor(message: string, answer: CloudAnswer | undefined, cause?: unknown) {
    super(message, { cause })
    this.name = 'CloudError'
    this.answer = answer
  }
}

const answerWithinMs = 120_000
const usualTries = 6
const longestRestMs = 30_000

/**
 * One request as whoever is signed in. A service that is busy, restarting or out of reach is asked again, each time a little later, or when it
 * says; what it answers at last is the error. Neither the token nor what was sent is ever in one.
 */
export async function ask(cloud: Cloud, request: CloudRequest): Promise<CloudAnswer> {
  const { what, takes = [], again = () => undefined, tries = usualTries } = request
  for (let tried = 1; ; tried++) {
    const answer = await send(cloud, request)
    const why = answer instanceof CloudError ? answer.message : (busy(answer) ?? again(answer))
    if (why === undefined) {
      const { status } = answer as CloudAnswer
      if ((status >= 200 && status < 300) || takes.includes(status)) return answer as CloudAnswer
      throw new CloudError(`${what}: ${failureOf(request.url, answer as CloudAnswer)}`, answer as CloudAnswer)
    }
    if (tried === tries) {
      if (answer instanceof CloudError) throw answer
      throw new CloudError(`${what}: ${failureOf(request.url, answer)}, ${tries} times in a row`, answer)
    }
    const restMs = restAfter(answer instanceof CloudError ? undefined : answer, tried)
    cloud.say(`  ${what}: ${why}; again in ${Math.round(restMs / 1_000)} s`)
    await cloud.pause(restMs)
  }
}

async function send(
  cloud: Cloud,
  { what, method, url, scope, json, bytes, headers }: CloudRequest,
): Promise<CloudAnswer | CloudError> {
  const type = bytes?.type ?? (json === undefined ? undefined : 'application/json')
  const body = bytes?.content ?? (json === undefined ? undefined : JSON.stringify(json))
  const authorization = `Bearer ${await cloud.tokens(scope)}`
  try {
    const response = await fetch(url, {
      method,
      headers: { authorization, ...(type === undefined ? {} : { 'content-type': type }), ...headers },
      ...(body === undefined ? {} : { body }),
      signal: AbortSignal.timeout(answerWithinMs),
    })
    return { status: response.status, headers: response.headers, text: await response.text() }
  } catch (cause) {
    const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause)
    return new CloudError(`${what}: ${hostOf(url)} cannot be reached (${reason})`, undefined, cause)
  }
}

function busy({ status }: CloudAnswer): string | undefined {
  return status === 429 || status === 502 || status === 503 || status === 504 ? `it answers ${status}` : undefined
}

function restAfter(answer: CloudAnswer | undefined, tried: number): number {
  const seconds = Number(answer?.headers.get('retry-after') ?? Number.NaN)
  return Math.min(seconds >= 0 ? seconds * 1_000 : 2_000 * 2 ** (tried - 1), longestRestMs)
}

function failureOf(url: string, answer: CloudAnswer): string {
  const said = messageIn(answer.text)
  return `${hostOf(url)} answers ${answer.status}${said === '' ? '' : `: ${said}`}`
}

const maxSaid = 500

/** Azure's services say it in one of three ways; whatever else came is told as it is, its beginning. */
export function messageIn(text: string): string {
  try {
    const said = JSON.parse(text) as Record<string, unknown> | null
    const error = said?.['error'] as Record<string, unknown> | undefined
    const message = error?.['message'] ?? said?.['message'] ?? said?.['Message']
    if (typeof message === 'string') return message.slice(0, maxSaid)
  } catch {
    // Not JSON.
  }
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, maxSaid)
}

const hostOf = (url: string) => URL.parse(url)?.host ?? url
