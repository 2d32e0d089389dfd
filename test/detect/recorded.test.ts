import { beforeAll, describe, expect, it } from 'vitest'

import type { Alert } from '../../functions/book/alert.ts'
import type { MarketId } from '../../functions/book/ids.ts'
import type { SnapshotMessage } from '../../functions/book/wire.ts'
import { readSport } from '../../functions/collect/odds-api/read.ts'
import { readMarkets } from '../../functions/collect/predictit/read.ts'
import { judge } from '../../functions/detect/judge.ts'
import type { MarketTrack } from '../../functions/detect/track.ts'
import type { DetectSettings } from '../../functions/settings.ts'
import { countArbitrages, countLastAlone, countMidMoves, countMoves, type RawBody, rawBody } from '../support/count-alerts.ts'
import { answered, openOddsApi, recordedOdds, type RecordedSet, sportOf } from '../support/odds-api.ts'
import { predictItBodies, recordingsFolder } from '../support/recordings.ts'
import { through } from '../support/through.ts'
import { minute, usual } from '../support/watching.ts'

/** Bodies are five minutes apart, of nfl ten to thirty: a window must hold more than two of them, or nobody has looked for too long. */
const patience = {
  mlb: { ...usual, moveWindowMs: 12 * minute, steamWindowMs: 6 * minute },
  nfl: { ...usual, moveWindowMs: 60 * minute, steamWindowMs: 30 * minute },
}

/** Every market of every body as a message; those that are missing from the next are gone. */
function allMessages(set: RecordedSet): SnapshotMessage[] {
  let before = new Map<MarketId, SnapshotMessage>()
  return recordedOdds(set).flatMap(({ fetchedAtMs: observedAtMs, text }) => {
    const reading = readSport(JSON.parse(text), { sport: sportOf[set], format: 'american', observedAtMs })
    if (reading.kind !== 'listed') throw new Error(reading.reason)
    const listed = reading.snapshots.map((seen): SnapshotMessage => ({
      v: 1,
      kind: 'market',
      unchangedUntilMs: null,
      ...seen,
      complete: true,
    }))
    const now = new Map(listed.map((message) => [message.marketId, message]))
    const missing = [...before.values()].filter(({ marketId }) => !now.has(marketId))
    before = now
    const at = { asOfMs: observedAtMs, observedAtMs, publishedAtMs: null }
    const gone = missing.map(({ feed, topic, marketId }): SnapshotMessage => ({
      v: 1,
      kind: 'gone',
      feed,
      topic,
      marketId,
      ...at,
    }))
    return [...listed, ...gone]
  })
}

function alertsOf(messages: readonly SnapshotMessage[], rules: DetectSettings): Alert[] {
  const tracks = new Map<MarketId, MarketTrack>()
  const alerts = new Map<string, Alert>()
  for (const [sequence, message] of messages.entries()) {
    const arrival = { place: { partition: '0', sequence }, gapless: true }
    const judged = judge(tracks.get(message.marketId), message, arrival, rules)
    if (judged.kind === 'old') continue
    tracks.set(message.marketId, judged.track)
    for (const alert of judged.alerts) alerts.set(alert.id, alert)
  }
  return [...alerts.values()]
}

const idIn = (id: string) => id.slice(id.indexOf(':') + 1)
/** `odds-api:baseball_mlb:<event>:h2h` → `<event>:h2h`. */
const marketIn = (alert: Alert) => alert.marketId.split(':').slice(2).join(':')
const arbitrageInWords = (alert: Alert) => {
  const legs = alert.evidence.toSorted((a, b) => (a.selectionName < b.selectionName ? -1 : 1))
  return [marketIn(alert), ...legs.map((leg) => `${leg.bookmaker} ${leg.price}@${leg.point ?? undefined}`)].join(' ')
}
const moveInWords = (alert: Alert) => {
  const whose = alert.kind === 'move' ? alert.evidence[0]?.bookmaker : alert.evidence.length
  return `${alert.observedAtMs} ${marketIn(alert)}:${idIn(alert.selectionId ?? '')} ${alert.size > 0 ? 'up' : 'down'} ${whose}`
}

const skip = recordingsFolder() === undefined

describe.skipIf(skip).each<[RecordedSet, { arbitrages: number; moves: number; steams: number }]>([
  ['mlb', { arbitrages: 17, moves: 877, steams: 222 }],
  ['nfl', { arbitrages: 2, moves: 447, steams: 107 }],
])('recorded bodies of The Odds API, %s', (set, expected) => {
  const patient = patience[set]
  let messages: SnapshotMessage[]
  let bodies: RawBody[]
  beforeAll(() => {
    messages = allMessages(set)
    bodies = recordedOdds(set).map(rawBody)
  })

  it(`hold ${expected.arbitrages} arbitrages, as an independent count does`, () => {
    const found = alertsOf(messages, usual).filter(({ kind }) => kind === 'arbitrage')
    expect(new Set(found.map(arbitrageInWords))).toEqual(countArbitrages(bodies, usual.arbitrageMargin))
    expect(found).toHaveLength(expected.arbitrages)
  })

  it(`hold ${expected.moves} moves, as an independent count does`, () => {
    const found = alertsOf(messages, { ...patient, steamBookmakers: 100 }).filter(({ kind }) => kind === 'move')
    const { moveChange: points, moveWindowMs: windowMs } = patient
    const counted = countMoves(bodies, { points, windowMs, gapMs: windowMs / 2, together: 1 })
    expect(found.map(moveInWords).sort()).toEqual(counted.sort())
    expect(found).toHaveLength(expected.moves)
  })

  it(`hold ${expected.steams} steams, as an independent count does`, () => {
    const found = alertsOf(messages, { ...patient, moveChange: 2 }).filter(({ kind }) => kind === 'steam')
    const { steamChange: points, steamWindowMs: windowMs, steamBookmakers: together } = patient
    const counted = countMoves(bodies, { points, windowMs, gapMs: patient.moveWindowMs / 2, together })
    expect(found.map(moveInWords).sort()).toEqual(counted.sort())
    expect(found).toHaveLength(expected.steams)
  })

  it('give only alerts whose every quote was in a body, now and before, when only what changed is published', async () => {
    let text = ''
    const settings = { SPORTS: sportOf[set], ODDS_FORMAT: 'american', everyMs: 5 * minute }
    const collected = through(openOddsApi(settings, async () => answered(JSON.parse(text))))
    for (const body of recordedOdds(set)) {
      text = body.text
      await collected.poll(body.fetchedAtMs)
    }
    const shown = new Set(
      bodies.flatMap(({ atMs, quotes }) =>
        quotes.map((q) => `${atMs} ${q.event}:${q.market} ${q.name} ${q.bookmaker} ${q.price}`),
      ),
    )
    const alerts = alertsOf(collected.messages, patient)
    const claims = alerts.flatMap((alert) =>
      alert.evidence.flatMap(({ selectionId, bookmaker, price, observedAtMs, before }) => {
        const whose = `${marketIn(alert)} ${idIn(selectionId)} ${bookmaker}`
        const now = `${observedAtMs} ${whose} ${price}`
        return before === null ? [now] : [now, `${before.observedAtMs} ${whose} ${before.price}`]
      }),
    )
    expect(claims.length).toBeGreaterThan(1_000)
    expect(claims.filter((claim) => !shown.has(claim))).toEqual([])
    expect(alerts.filter(({ tookMs }) => (tookMs ?? 0) > patient.moveWindowMs)).toEqual([])
    const arbitrages = alerts.filter(({ kind }) => kind === 'arbitrage').map(arbitrageInWords)
    const counted = countArbitrages(bodies, patient.arbitrageMargin)
    expect(arbitrages.filter((one) => !counted.has(one))).toEqual([])
  })
})

describe.skipIf(skip)('a recorded day of PredictIt', () => {
  const messages = async () =>
    (await predictItBodies()).flatMap(({ fetchedAtMs, text }) => {
      const poll = readMarkets(JSON.parse(text), fetchedAtMs, null)
      if (poll.kind !== 'complete') throw new Error('every body is whole')
      return poll.snapshots.map((seen): SnapshotMessage => ({ v: 1, kind: 'market', unchangedUntilMs: null, ...seen }))
    })

  it('has two trades far from the last one while nothing that is on offer moves, and neither is an alert', async () => {
    expect(
      countLastAlone(
        (await predictItBodies()).map(({ text }) => text),
        usual.moveChange,
      ),
    ).toBe(2)
    expect(alertsOf(await messages(), usual)).toEqual([])
  })

  it('holds 12 moves of two points, as an independent count does', async () => {
    const found = alertsOf(await messages(), { ...usual, moveChange: 0.02 })
    const counted = countMidMoves(await predictItBodies(), { points: 0.02, windowMs: usual.moveWindowMs })
    expect(found.map((alert) => `${alert.observedAtMs} ${idIn(alert.selectionId ?? '')}`).sort()).toEqual(counted.sort())
    expect(found).toHaveLength(12)
  })
})
