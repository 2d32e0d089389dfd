import type { Alert } from '../book/alert.ts'
import type { LinkedQuote } from '../book/fixtures.ts'
import type { MarketId } from '../book/ids.ts'
import { parseSnapshotMessage } from '../book/wire.ts'
import { decodeJson, type HubEvent } from '../connect/hub-events.ts'
import type { DetectSettings } from '../settings.ts'
import { venueAlert } from './alerts.ts'
import { currentForMs } from './arbitrage.ts'
import { judge } from './judge.ts'
import type { Draft, Memory } from './memory.ts'
import { arbitrageAcross, marketsOf, offersOf, type Question, type VenueBook } from './venues.ts'
import { type DetectWatch, unwatched } from './watch.ts'

export type DetectPorts = { alerts: AlertStore; questions: Questions; books: VenueBooks; watch?: DetectWatch }
/** Keeps what is not there yet, and tells how many that were. `refused`: what the store will never take, and why. */
export type AlertStore = { raise(alerts: readonly Alert[]): Promise<{ raised: number; refused: readonly string[] }> }
/** The questions that one of `markets` asks. */
export type Questions = { about(markets: Iterable<MarketId>): Promise<readonly Question[]> }
export type VenueBooks = { read(markets: readonly MarketId[]): Promise<ReadonlyMap<MarketId, VenueBook>> }

/** `found` alerts may be there already; `raised` are new. */
export type DetectReport = {
  followed: number
  old: number
  unreadable: number
  found: number
  raised: number
  refused: readonly string[]
}

/**
 * The stage: events of one partition in, alerts in the store. It throws when the store does not answer, and has then learned nothing: the host
 * brings the same batch again, and it gives the same alerts, with the same ids (I5, I6). What cannot be read is counted; dedupe, which reads
 * the same messages, has put it aside (I7).
 */
export async function detect(
  events: readonly HubEvent[],
  ports: DetectPorts,
  memory: Memory,
  rules: DetectSettings,
  nowMs: () => number,
): Promise<DetectReport> {
  const startedAtMs = nowMs()
  const report = { followed: 0, old: 0, unreadable: 0 }
  const draft = memory.draft()
  const causes = new Set<string>()
  const found = new Map<string, Alert>()
  for (const { body, partition, sequence } of events) {
    const place = draft.arrive(partition, sequence)
    const parsed = parseSnapshotMessage(decodeJson(body), nowMs())
    if (!parsed.ok) {
      report.unreadable++
      draft.interrupt(partition)
      continue
    }
    const { traceparent } = parsed.value
    if (traceparent !== undefined) causes.add(traceparent)
    const before = draft.track(parsed.value.marketId)
    const gapless = before !== undefined && draft.isGapless(before)
    const judgement = judge(before, parsed.value, { place, gapless }, rules)
    report[judgement.kind]++
    if (judgement.kind === 'old') continue
    draft.tracks.set(parsed.value.marketId, judgement.track)
    for (const alert of judgement.alerts) found.set(alert.id, alert)
  }
  const { watch = unwatched } = ports
  return watch.batch({ startedAtMs, events: events.length, causes }, async (raising) => {
    for (const alert of await acrossVenues(draft, ports, rules, nowMs())) found.set(alert.id, alert)
    const unknown = [...found.values()].filter((alert) => !memory.hasRaised(alert))
    const { raised, refused } = unknown.length === 0 ? nothing : await raising(() => ports.alerts.raise(unknown))
    memory.keep(draft, unknown)
    return { ...report, found: found.size, raised, refused }
  })
}

const nothing = { raised: 0, refused: [] }

/** Markets that this batch tells of are taken from it, all others from the store; prices that are not of these minutes from neither. */
async function acrossVenues(draft: Draft, ports: DetectPorts, rules: DetectSettings, nowMs: number): Promise<Alert[]> {
  const current = [...draft.tracks.values()].filter(({ observedAtMs }) => observedAtMs >= nowMs - rules.staleAfterMs)
  if (current.length === 0) return []
  const questions = await ports.questions.about(current.map(({ marketId }) => marketId))
  if (questions.length === 0) return []
  const elsewhere = new Set(questions.flatMap(marketsOf).filter((market) => !draft.tracks.has(market)))
  const books = await ports.books.read([...elsewhere])
  return questions.flatMap((question) => {
    const sinceMs = nowMs - currentForMs(question.inPlay || question.startsAtMs <= nowMs, rules)
    const offersAt = ({ marketId, selectionId }: LinkedQuote) =>
      offersOf(selectionId, { track: draft.tracks.get(marketId), stored: books.get(marketId) }, sinceMs)
    const arbitrage = arbitrageAcross(question, offersAt, rules)
    return arbitrage === undefined ? [] : (venueAlert(arbitrage, question) ?? [])
  })
}
