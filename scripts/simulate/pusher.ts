import type { Clock } from '../../infra/local/clock.ts'
import type { PutAnswer } from './board.ts'

export type PusherOptions = {
  /** Updates a second. */
  rate: number
  clock: Clock
  /** The next `count` updates as one body. */
  body: (count: number) => object
  put: (body: object) => Promise<PutAnswer>
  say: (line: string) => void
  /** Called once, when it ends of itself because what it sends is refused, or nobody was ever there. */
  onRefused: (why: string) => void
}

export type Pusher = { totals(): Counts; stop(): Promise<void> }
export type Counts = { sent: number; accepted: number; rejected: number; latenciesMs: readonly number[] }

/** At higher rates several updates go in one request, as a provider with many of them would send. */
const shortestGapMs = 50
const maxInFlight = 16
const maxUpdatesInBody = 500
const lineEveryMs = 5_000
const restAfterSilenceMs = 1_000
/** The last so many are what percentiles are of. */
const maxLatencies = 50_000

/**
 * Pushes at a steady rate, and does as it is told: where it is to come again later it rests that long, and then sends what was not taken
 * before anything new. What the pace would have been meanwhile is not caught up.
 */
export function startPusher(options: PusherOptions): Pusher {
  const { rate, clock, body, put, say, onRefused } = options
  const gapMs = Math.max(1_000 / rate, shortestGapMs)
  const total = noCounts()
  let recent = noCounts()
  let saidAtMs = clock.nowMs()
  const unsent: { body: object; updates: number }[] = []
  const underWay = new Set<Promise<void>>()
  let owed = 0
  let paidAtMs = clock.nowMs()
  let restUntilMs = 0
  let heard = false
  let stopped = false
  let cancel = () => {}

  const send = async (parcel: { body: object; updates: number }): Promise<void> => {
    const startedMs = clock.nowMs()
    const answer = await put(parcel.body)
    const tookMs = clock.nowMs() - startedMs
    if (answer.kind === 'taken') {
      heard = true
      for (const counts of [total, recent]) {
        counts.latenciesMs[counts.answers++ % maxLatencies] = tookMs
        counts.sent += parcel.updates
        counts.accepted += answer.accepted
        counts.rejected += answer.rejected
      }
      return
    }
    if (answer.kind === 'refused' || (answer.kind === 'nobody' && !heard)) {
      if (!stopped) onRefused(answer.why)
      stopped = true
      return
    }
    unsent.push(parcel)
    const restMs = answer.kind === 'again' ? answer.afterMs : restAfterSilenceMs
    if (clock.nowMs() + restMs > restUntilMs && !stopped) say(`${time(clock)}  rests for ${restMs / 1_000} s: ${answer.why}`)
    restUntilMs = Math.max(restUntilMs, clock.nowMs() + restMs)
  }

  const turn = (): void => {
    if (stopped) return
    cancel = clock.after(gapMs, turn)
    const nowMs = clock.nowMs()
    if (nowMs - saidAtMs >= lineEveryMs) {
      say(`${time(clock)}  ${lineOf(recent, nowMs - saidAtMs)}`)
      recent = noCounts()
      saidAtMs = nowMs
    }
    const rests = nowMs < restUntilMs || underWay.size >= maxInFlight
    owed = rests ? Math.min(owed, 1) : owed + ((nowMs - paidAtMs) / 1_000) * rate
    paidAtMs = nowMs
    const parcel = rests ? undefined : (unsent.shift() ?? next())
    if (parcel === undefined) return
    const sending = send(parcel).finally(() => underWay.delete(sending))
    underWay.add(sending)
  }
  const next = () => {
    const updates = Math.min(Math.floor(owed), maxUpdatesInBody)
    owed -= updates
    return updates === 0 ? undefined : { body: body(updates), updates }
  }

  owed = 1
  turn()
  return {
    totals: () => total,
    async stop() {
      stopped = true
      cancel()
      await Promise.all(underWay)
    },
  }
}

type Tally = { answers: number; sent: number; accepted: number; rejected: number; latenciesMs: number[] }
const noCounts = (): Tally => ({ answers: 0, sent: 0, accepted: 0, rejected: 0, latenciesMs: [] })

export function lineOf({ sent, accepted, rejected, latenciesMs }: Counts, inMs: number): string {
  const sorted = latenciesMs.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(Math.floor(share * sorted.length), sorted.length - 1)]?.toFixed(0) ?? '–'
  const rate = (sent / (inMs / 1_000)).toFixed(1)
  return `${sent} sent (${rate}/s)  ${accepted} accepted  ${rejected} rejected  p50 ${at(0.5)} ms  p99 ${at(0.99)} ms`
}

const time = (clock: Clock) => new Date(clock.nowMs()).toISOString().slice(11, 19)
