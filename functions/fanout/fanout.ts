import type { Alert } from '../book/alert.ts'
import { parseTickDocument, type ReadTick } from '../book/documents.ts'
import type { DedupeCounts, FeedHealth } from '../book/feed-health.ts'
import { feedsGroup, marketGroup, topicGroup } from '../book/ids.ts'
import { type BoardMessage, type MarketDelta, parseAlert, parseDedupeCounts, parseFeedHealth } from '../book/wire.ts'
import { Lags } from '../connect/lags.ts'
import { conflate } from './conflate.ts'
import { unwatched } from './watch.ts'
import { boardFrame } from './web-pubsub.ts'

/** Everyone in `group` gets `message`; rejects when the service has not taken it. */
export type Broadcaster = { send(group: string, message: BoardMessage): Promise<void> }

/** `bytes`: of all frames, each once, however many listen to it. The lags are those of the page's ticks, each from a clock of its own until the service has taken the page. */
export type FanoutReport = {
  ticks: number
  sentTicks: number
  markets: number
  frames: number
  bytes: number
  lags: { storedToSent: Lags; observedToSent: Lags }
  unreadable: readonly string[]
}

/** Web PubSub takes messages up to 1 MB; this leaves room for the envelope it puts around ours. */
const maxFrameBytes = 900_000
/** Sends under way at the same time. Per group they go one after the other, or a later frame could overtake an earlier one. */
const groupsInFlight = 16

/**
 * One page of the change feed → one frame per topic and one per market. It throws when a send fails, and the host brings the page
 * again: a browser passes over what it has (I5). A document that is no tick is skipped and named, never thrown at (I7).
 */
export async function fanoutTicks(
  page: readonly unknown[],
  broadcaster: Broadcaster,
  nowMs: () => number,
  watch = unwatched,
): Promise<FanoutReport> {
  const startedAtMs = nowMs()
  const { ticks, causes, unreadable } = readTicks(page)
  return watch.page({ startedAtMs, ticks: ticks.length, causes }, async (sending) => {
    const sends: { group: string; messages: BoardMessage[] }[] = []
    const report = { ticks: ticks.length, sentTicks: 0, markets: 0, frames: 0, bytes: 0, lags: noLags(), unreadable }
    for (const [topic, deltas] of conflate(ticks)) {
      const sentAtMs = nowMs()
      const message = (markets: MarketDelta[]): BoardMessage => ({ v: 1, kind: 'delta', topic, sentAtMs, markets })
      const emptyBytes = Buffer.byteLength(JSON.stringify(boardFrame(message([]))))
      const send = (group: string, parts: MarketDelta[]) => {
        const cut = frames(parts)
        sends.push({ group, messages: cut.map(({ frame }) => message(frame)) })
        report.frames += cut.length
        for (const { bytes } of cut) report.bytes += emptyBytes + bytes
      }
      send(topicGroup(topic), deltas)
      for (const [id, own] of byMarket(deltas)) {
        send(marketGroup(topic, id), own)
        report.markets++
      }
      for (const delta of deltas) report.sentTicks += delta.ticks.length
    }
    await sending(report.frames, () => sendAll(sends, broadcaster))
    countLags(report.lags, ticks, nowMs())
    return report
  })
}

const noLags = () => ({ storedToSent: new Lags(), observedToSent: new Lags() })

function countLags({ storedToSent, observedToSent }: FanoutReport['lags'], ticks: readonly ReadTick[], sentAtMs: number): void {
  for (const { tick } of ticks) {
    storedToSent.add(sentAtMs - tick.storedAtMs)
    observedToSent.add(sentAtMs - tick.observedAtMs)
  }
}

/** The heartbeat: every feed that was polled since the last page. */
export async function fanoutFeeds(
  page: readonly unknown[],
  broadcaster: Broadcaster,
  nowMs: () => number,
): Promise<readonly string[]> {
  const feeds: FeedHealth[] = []
  const counts: DedupeCounts[] = []
  const unreadable: string[] = []
  for (const document of page) {
    if (hasType(document, 'dedupe-counts')) {
      const parsed = parseDedupeCounts(document)
      if (parsed.ok) counts.push(parsed.value)
      else unreadable.push(parsed.reason)
      continue
    }
    const parsed = parseFeedHealth(document)
    if (parsed.ok) feeds.push(parsed.value)
    else unreadable.push(parsed.reason)
  }
  if (feeds.length + counts.length > 0)
    await broadcaster.send(feedsGroup, { v: 1, kind: 'feeds', sentAtMs: nowMs(), feeds, counts })
  return unreadable
}

/** To everyone who looks at the topic, whichever market it is about. */
export async function fanoutAlerts(
  page: readonly unknown[],
  broadcaster: Broadcaster,
  nowMs: () => number,
): Promise<{ alerts: number; unreadable: readonly string[] }> {
  const alerts: Alert[] = []
  const unreadable: string[] = []
  for (const document of page) {
    const parsed = parseAlert(document)
    if (parsed.ok) alerts.push(parsed.value)
    else unreadable.push(parsed.reason)
  }
  const sends = [...Map.groupBy(alerts, ({ topic }) => topic)].map(([topic, own]) => ({
    group: topicGroup(topic),
    messages: frames(own).map(({ frame: alerts }): BoardMessage => ({ v: 1, kind: 'alert', topic, sentAtMs: nowMs(), alerts })),
  }))
  await sendAll(sends, broadcaster)
  return { alerts: alerts.length, unreadable }
}

function readTicks(page: readonly unknown[]): { ticks: ReadTick[]; causes: Set<string>; unreadable: string[] } {
  const ticks: ReadTick[] = []
  const causes = new Set<string>()
  const unreadable: string[] = []
  for (const document of page) {
    if (!hasType(document, 'tick')) continue
    const parsed = parseTickDocument(document)
    if (!parsed.ok) {
      unreadable.push(parsed.reason)
      continue
    }
    const { traceparent } = parsed.value
    ticks.push(parsed.value)
    if (traceparent !== undefined) causes.add(traceparent)
  }
  return { ticks, causes, unreadable }
}

/** The books come by in the same feed; whatever else may, one day, is not ours to judge. */
const hasType = (document: unknown, type: string) =>
  typeof document === 'object' && document !== null && 'type' in document && document.type === type

function byMarket(deltas: readonly MarketDelta[]): Map<MarketDelta['id'], MarketDelta[]> {
  const markets = new Map<MarketDelta['id'], MarketDelta[]>()
  for (const delta of deltas) markets.set(delta.id, [...(markets.get(delta.id) ?? []), delta])
  return markets
}

/** Cuts between markets, or alerts, so a frame stays under the limit as long as none of them passes it alone: 100 ticks are some 40 KB. */
function frames<Part>(parts: readonly Part[]): { frame: Part[]; bytes: number }[] {
  const cut: { frame: Part[]; bytes: number }[] = []
  let frame: Part[] = []
  let bytes = 0
  for (const part of parts) {
    const own = Buffer.byteLength(JSON.stringify(part))
    if (frame.length > 0 && bytes + own > maxFrameBytes) {
      cut.push({ frame, bytes })
      frame = []
      bytes = 0
    }
    bytes += own + (frame.length === 0 ? 0 : ','.length)
    frame.push(part)
  }
  if (frame.length > 0) cut.push({ frame, bytes })
  return cut
}

async function sendAll(
  sends: readonly { group: string; messages: readonly BoardMessage[] }[],
  broadcaster: Broadcaster,
): Promise<void> {
  const left = sends.values()
  const lane = async () => {
    for (const { group, messages } of left) {
      for (const message of messages) await broadcaster.send(group, message)
    }
  }
  await Promise.all(Array.from({ length: Math.min(groupsInFlight, sends.length) }, lane))
}
