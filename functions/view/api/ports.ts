import type { Alert, AlertKind } from '../../book/alert.ts'
import type { StoredBook } from '../../book/documents.ts'
import type { DedupeCounts, FeedHealth } from '../../book/feed-health.ts'
import type { FixtureDocument } from '../../book/fixtures.ts'
import type { MarketId } from '../../book/ids.ts'
import type { Tick } from '../../book/tick.ts'
import type { NegotiateSettings } from '../../settings.ts'
import type { ClientRegister } from '../clients/client.ts'
import type { TickStore } from '../history/history.ts'
import type { ApiDocuments } from './api-documents.ts'
import type { RateLimit } from './rate-limit.ts'

/** What the API is served with. Each service is reached when it is first asked for: who negotiates needs no store. */
export type Ports = {
  odds: () => Promise<OddsStore>
  alerts: () => Promise<AlertStore>
  fixtures: () => Promise<FixtureStore>
  clients: () => Promise<ClientRegister>
  doorkeeper: () => Promise<Doorkeeper>
  negotiating: { settings: NegotiateSettings; limit: RateLimit }
  documents: ApiDocuments
  topics: readonly string[]
  nowMs: () => number
  newId: () => string
}

/** Each is one query, in one partition wherever a market is named. */
export type OddsStore = TickStore & {
  /** Those who ask at the same time are given the same board. */
  books(topic: string | undefined): Promise<Board>
  book(market: MarketId): Promise<StoredBook | undefined>
  /** Up to `limit` ticks after `seq`, oldest first. */
  ticks(market: MarketId, afterSeq: number, limit: number): Promise<Tick[]>
  feeds(): Promise<{ feeds: FeedHealth[]; counts: DedupeCounts[] }>
}

/** `readAtMs` is our clock when the reading began. */
export type Board = { readAtMs: number; books: readonly StoredBook[] }

/** Up to `limit`, the newest first; `next` is where the older ones begin, undefined when there are none. */
export type AlertStore = {
  newest(wanted: WantedAlerts, limit: number): Promise<{ alerts: Alert[]; next: AlertPlace | undefined }>
}
export type WantedAlerts = { topic: string | undefined; kind: AlertKind | undefined; place: AlertPlace | undefined }
/** An instant, and how many of that instant come before: many may be of one. */
export type AlertPlace = readonly [atMs: number, before: number]

/** `between` gives up to `limit` fixtures that start in [from, to), the earliest first; `full` when that many were found. */
export type FixtureStore = {
  between(span: FixtureSpan, limit: number): Promise<{ fixtures: FixtureDocument[]; full: boolean }>
  fixture(id: string): Promise<FixtureDocument | undefined>
}
/** ISO instants; undefined is without end. */
export type FixtureSpan = { from: string | undefined; to: string | undefined; topic: string | undefined }

/** Gives out addresses at which a browser may join the groups of the board for a while, and send nothing. */
export type Doorkeeper = { clientUrl(userId: string): Promise<string> }
