import type { Quota } from '../../book/feed-health.ts'
import type { GetAnswer } from '../http-get.ts'

/** What one answer says of the key's credits; null where it does not say. `last` is what the answer itself cost. */
export type Credits = { remaining: number | null; used: number | null; last: number | null; refused: boolean }

export function creditsOf(answer: GetAnswer): Credits {
  const headers = answer.kind === 'body' ? answer.headers : answer.kind === 'failed' ? answer.refusal?.headers : undefined
  const count = (name: string) => {
    const text = headers?.get(`x-requests-${name}`)?.trim() ?? ''
    return /^\d+(\.\d+)?$/.test(text) ? Number(text) : null
  }
  const refused = answer.kind === 'failed' && (answer.refusal?.text.includes('OUT_OF_USAGE_CREDITS') ?? false)
  // A refusal costs nothing; of a question that got no answer at all nobody knows.
  const last = count('last') ?? (answer.kind === 'failed' && answer.refusal !== null ? 0 : null)
  return { remaining: count('remaining'), used: count('used'), last, refused }
}

/** Credits: what one sport costs, and all of them together, at most. */
export type Asking = { observedAtMs: number; everyMs: number; creditsPerSport: number; mostCost: number }

/** What is left of the month's credits after a poll, and when the next one may be; `undefined` where no answer told. */
export function quotaOf(answers: readonly Credits[], asking: Asking): Quota | undefined {
  const refused = answers.some((credits) => credits.refused)
  const told = answers.flatMap(({ remaining }) => remaining ?? [])
  if (told.length === 0 && !refused) return undefined
  // Answers to questions asked at once come in any order; the lowest count is the latest.
  const remaining = told.length === 0 ? 0 : Math.min(...told)
  const used = answers.flatMap(({ used }) => used ?? [])
  const lastCost = answers.reduce((sum, { last }) => sum + (last ?? asking.creditsPerSport), 0)
  const resetsAtMs = nextMonthMs(asking.observedAtMs)
  return {
    remaining,
    used: used.length === 0 ? null : Math.max(...used),
    resetsAtMs,
    nextPollAtMs: nextPollAtMs({ ...asking, remaining: refused ? 0 : remaining, lastCost, resetsAtMs }),
  }
}

export type Spending = {
  remaining: number
  lastCost: number
  mostCost: number
  observedAtMs: number
  resetsAtMs: number
  everyMs: number
}

/**
 * When to poll again so that the credits last until they are renewed; null where the schedule by itself is slow enough. One poll
 * at its dearest stays in reserve, for a sport whose season begins costs what it did not cost before: so each poll that is made
 * can be paid for.
 *
 * Where they are used up, we look again once a day: more may have been bought, and a refusal costs nothing.
 */
export function nextPollAtMs({ remaining, lastCost, mostCost, observedAtMs, resetsAtMs, everyMs }: Spending): number | null {
  const spendable = remaining - Math.max(mostCost, lastCost)
  if (spendable <= 0 || spendable < lastCost) return Math.min(resetsAtMs, observedAtMs + dayMs)
  const waitMs = ((resetsAtMs - observedAtMs) * lastCost) / spendable
  return waitMs <= everyMs ? null : Math.ceil(observedAtMs + waitMs)
}

const dayMs = 86_400_000

/** Credits are renewed on the first of each month, at 00:00 UTC. */
function nextMonthMs(atMs: number): number {
  const at = new Date(atMs)
  return Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 1)
}
