import type { Snapshot } from '../../book/market.ts'
import type { Rejected } from '../dead-letter.ts'
import { formatOf } from './format.ts'
import { instantReader } from './instants.ts'
import { type Asked, eventPrefix, fixtureOf, marketIdFor, type Question, sideOf, sportPrefix, toSnapshot } from './map.ts'
import { fieldOf, parseBookmaker, parseEvent, parseMarket, type RawEvent, readableKey } from './raw.ts'

export type SportReading = ({ kind: 'listed' } & Listing) | { kind: 'refused'; reason: string }
/**
 * `unsure`: the beginnings of the ids of markets that may be there although they are neither in `snapshots` nor in `rejected`.
 */
export type Listing = { snapshots: Snapshot[]; rejected: Rejected[]; unsure: string[] }

/** The body of one sport, its JSON already parsed. An empty list is an answer too: out of season there is nothing to bet on. */
export function readSport(body: unknown, asked: Asked): SportReading {
  if (!Array.isArray(body)) return { kind: 'refused', reason: 'answered JSON that is not its list of events' }
  const listing: Listing = { snapshots: [], rejected: [], unsure: [] }
  const reading: Reading = { ...listing, asked, instantOf: instantReader(), ids: new Set() }
  for (const event of body as unknown[]) readEvent(event, reading)

  const { format } = asked
  const isSuspect = listing.rejected.length > 0 || (format === 'decimal' && listing.snapshots.every(isHigh))
  const other = isSuspect ? formatOf(body) : undefined
  if (other === undefined || other === format) return { kind: 'listed', ...listing }
  return { kind: 'refused', reason: `answered with ${other} odds, though ${format} ones were asked for` }
}

/** As all American prices are that are no favourite's. */
const isHigh = ({ selections }: Snapshot) =>
  selections.every(({ quotes }) => quotes.every(({ back, lay }) => (back ?? lay ?? Infinity) >= 100))

type Reading = Listing & { asked: Asked; instantOf: (text: unknown) => number | null; ids: Set<string> }

function readEvent(json: unknown, reading: Reading): void {
  const { asked, instantOf, ids, snapshots, rejected, unsure } = reading
  const parsed = parseEvent(json)
  if (!parsed.ok || parsed.value.sport_key !== asked.sport) {
    const id = readableKey(json, 'id')
    const reason = parsed.ok ? `sport_key: not ${asked.sport}` : parsed.reason
    unsure.push(id === undefined ? sportPrefix(asked.sport) : eventPrefix(asked.sport, id))
    rejected.push({ marketId: null, reason: id === undefined ? reason : `event ${id}: ${reason}`, body: JSON.stringify(json) })
    return
  }

  const event = parsed.value
  const { questions, lost } = questionsOf(event, reading)
  if (lost !== null) {
    unsure.push(eventPrefix(asked.sport, event.id))
    rejected.push({ marketId: null, reason: `event ${event.id}: ${lost.reason}`, body: JSON.stringify(lost.json) })
  }
  const twice = ids.has(event.id)
  ids.add(event.id)
  const fixture = fixtureOf(event, instantOf(event.commence_time))
  for (const question of questions) {
    const marketId = marketIdFor(asked.sport, event.id, question.market)
    const snapshot = twice ? listedTwice : toSnapshot(question, { marketId, fixture, complete: lost === null }, asked)
    if (snapshot.ok) snapshots.push(snapshot.value)
    else rejected.push({ marketId, reason: snapshot.reason, body: JSON.stringify(question.fault?.json ?? json) })
  }
}

const listedTwice = { ok: false, reason: 'listed twice' } as const

/**
 * What the bookmakers answer, question by question. `lost`: an answer that cannot be read so far as to say to which question it
 * is. Where there are several, one tells what is wrong with all.
 */
function questionsOf({ bookmakers }: RawEvent, { asked, instantOf }: Reading) {
  const questions = new Map<string, Question>()
  const sides = new Map<unknown, Side>()
  const seen = new Set<string>()
  let lost: Question['fault'] = null
  for (const json of bookmakers) {
    const parsed = parseBookmaker(json)
    if (!parsed.ok) {
      lost ??= { reason: `a bookmaker: ${parsed.reason}`, json }
      continue
    }
    const { key: bookmaker, last_update: updated, markets } = parsed.value
    const updatedAtMs = instantOf(updated)
    const twice = seen.has(bookmaker)
    seen.add(bookmaker)
    for (const json of markets) {
      const parsed = parseMarket(json, asked.format)
      const side = sides.get(fieldOf(json, 'key')) ?? newSide(readableKey(json, 'key'), questions, sides)
      if (side === undefined)
        lost ??= { reason: `a market of ${bookmaker}: ${parsed.ok ? 'key: not a key' : parsed.reason}`, json }
      else if (!parsed.ok) side.question.fault ??= { reason: `${bookmaker}: ${parsed.reason}`, json }
      else if (twice) side.question.fault ??= { reason: `${bookmaker} is listed twice`, json }
      else {
        const { last_update = updated, outcomes } = parsed.value
        const publishedAtMs = last_update === updated ? updatedAtMs : instantOf(last_update)
        side.question.entries.push({ bookmaker, publishedAtMs, lay: side.lay, outcomes })
      }
    }
  }
  return { questions: [...questions.values()], lost }
}

type Side = { question: Question; lay: boolean }

function newSide(key: string | undefined, questions: Map<string, Question>, sides: Map<unknown, Side>): Side | undefined {
  if (key === undefined) return undefined
  const { market, lay } = sideOf(key)
  const question = questions.get(market) ?? { market, entries: [], fault: null }
  const side = { question, lay }
  questions.set(market, question)
  sides.set(key, side)
  return side
}
