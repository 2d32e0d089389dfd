import { readFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'

import { recordingsFolder } from './recordings.ts'

/** What the recorded streams have told at their ends, by code that shares nothing with the pipeline; by `<market> <selection>` of ours. */

type Runner = { id: number; status: string }
type Message = { mc?: { id: string; marketDefinition?: { runners: Runner[] }; rc?: { id: number; ltp?: number }[] }[] }

/** Each runner's last price, and how it ended. */
export function toldByBetfair(): Map<string, string> {
  const results: Record<string, string> = { WINNER: 'won', LOSER: 'lost' }
  const last = new Map<string, number>()
  const runners = new Map<string, Runner[]>()
  for (const file of ['SELF-1.181223995.jsonl.gz', '1.197931750.jsonl.gz']) {
    for (const line of linesOf(`betfair/${file}`)) {
      for (const { id, marketDefinition, rc = [] } of (JSON.parse(line) as Message).mc ?? []) {
        if (marketDefinition !== undefined) runners.set(id, marketDefinition.runners)
        for (const { id: runner, ltp } of rc) if (ltp !== undefined) last.set(`${id} ${runner}`, ltp)
      }
    }
  }
  const ends = [...runners].flatMap(([market, all]) =>
    all.map(({ id, status }) => {
      const end = `${last.get(`${market} ${id}`) ?? null} ${results[status] ?? null}`
      return [`betfair:${market} betfair:${id}`, end] as const
    }),
  )
  return new Map(ends)
}

type Best = { asset_id: string; best_bid: string; best_ask: string }
type Event = { market: string } & (Best | { price_changes: Best[] })

/** The best ask and bid of each token. */
export function toldByPolymarket(): Map<string, string> {
  const bests = new Map<string, string>()
  for (const line of linesOf('polymarket/enrico-ws-frames/frames_105-110.jsonl')) {
    const event = JSON.parse((JSON.parse(line) as { payload: string }).payload) as Event
    for (const { asset_id, best_bid, best_ask } of 'price_changes' in event ? event.price_changes : [event])
      bests.set(`polymarket-clob:${event.market} polymarket-clob:${asset_id}`, `${Number(best_ask)} ${Number(best_bid)}`)
  }
  return bests
}

function linesOf(file: string): string[] {
  const bytes = readFileSync(path.join(recordingsFolder() ?? '', file))
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()
  return text.split('\n').filter((line) => line.trim() !== '')
}
