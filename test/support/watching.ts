import type { Alert } from '../../functions/book/alert.ts'
import { bookmakerOf, feedName, selectionIdOf } from '../../functions/book/ids.ts'
import { snapshotQuote, type Snapshot, type SnapshotQuote } from '../../functions/book/market.ts'
import type { SnapshotMessage } from '../../functions/book/wire.ts'
import { judge } from '../../functions/detect/judge.ts'
import type { Arrival, MarketTrack } from '../../functions/detect/track.ts'
import { type DetectSettings, readSettings } from '../../functions/settings.ts'
import { gone, snapshotOf } from './arbitrary.ts'

const connected = { EVENT_HUBS: 'a', COSMOS: 'b', WEB_PUBSUB: 'c' }
/** What is worth an alert unless settings say otherwise: five points in five minutes, two in one at three bookmakers, half a percent. */
export const usual: DetectSettings = readSettings(connected, {}).detect

export const second = 1_000
export const minute = 60_000

/** `{ yes: { alpha: 0.4 } }`: by selection and bookmaker, the price to back at, or more of the quote. */
export type Prices = Record<string, Record<string, number | Partial<SnapshotQuote>>>
export type Heard = Partial<Omit<Snapshot, 'market' | 'selections'>> & {
  status?: Snapshot['market']['status']
  /** How long before the message the feed was last read; the message before it is all there is unless told. */
  readMsBefore?: number
  market?: string
}

export function heard(
  atMs: number,
  prices: Prices,
  { status, readMsBefore, market = 'm', ...said }: Heard = {},
): SnapshotMessage {
  const selections = Object.entries(prices).map(([id, quotes]) => ({
    id: selectionIdOf(feedName('testfeed'), id),
    name: `Selection ${id}`,
    image: null,
    quotes: Object.entries(quotes).map(([bookmaker, quote]) =>
      snapshotQuote(bookmakerOf(bookmaker), typeof quote === 'number' ? { back: quote } : quote),
    ),
  }))
  const message = snapshotOf(market, atMs, { selections, ...(status === undefined ? {} : { status }) })
  const unchangedUntilMs = readMsBefore === undefined ? null : atMs - readMsBefore
  return { ...message, unchangedUntilMs, ...said } as SnapshotMessage
}

/** One market, watched: what each message gives. */
export function watching(rules: Partial<DetectSettings> = {}) {
  let track: MarketTrack | undefined
  let sequence = 0
  const hears = (message: SnapshotMessage, arrival: Partial<Arrival> = {}): readonly Alert[] => {
    const place = { partition: '0', sequence: sequence++ }
    const judged = judge(track, message, { place, gapless: true, ...arrival }, { ...usual, ...rules })
    if (judged.kind === 'old') return []
    track = judged.track
    return judged.alerts
  }
  return {
    hears,
    track: () => track,
    /** As `kind selection size`, in points or percent. */
    sees: (atMs: number, prices: Prices, said: Heard = {}, arrival: Partial<Arrival> = {}) =>
      hears(heard(atMs, prices, said), arrival).map(inShort),
    isGone: (atMs: number) => hears(gone('m', atMs)),
  }
}

export function inShort({ kind, selectionId, size }: Alert): string {
  const whose = selectionId === null ? '' : ` ${selectionId.slice(selectionId.indexOf(':') + 1)}`
  return `${kind}${whose} ${Number((size * 100).toFixed(4))}`
}
