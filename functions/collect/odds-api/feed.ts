import { driftOf } from '../drift.ts'
import type { Feed, Poll } from '../feed.ts'
import type { FeedOptions } from '../feeds.ts'
import { type GetAnswer, getJson } from '../http-get.ts'
import { oneLine } from '../one-line.ts'
import { knownObjects } from './known.ts'
import { type Asked, sportPrefix } from './map.ts'
import { wantedOf } from './options.ts'
import { creditsOf, quotaOf } from './quota.ts'
import { oddsApi } from './raw.ts'
import { readSport, type SportReading } from './read.ts'

/** The service takes thirty questions a second. */
const maxInFlight = 4

/** Each sport is a question of its own, and one that is not answered leaves the answers of the others as good as they are. */
export function oddsApiFeed({ url, key = '', everyMs, options }: FeedOptions, ask = getJson): Feed {
  const { sports, format, query, creditsPerSport } = wantedOf(options)
  const words = new URLSearchParams({ apiKey: key.trim(), ...query }).toString()
  const addressOf = (sport: string) => `${url.replace(/\/+$/, '')}/v4/sports/${sport}/odds?${words}`
  return {
    name: oddsApi,
    everyMs,
    async poll({ observedAtMs, signal }) {
      const answers = await inParallel(maxInFlight, sports, async (sport) => {
        // Without conditions: to be told that nothing is new costs what a body does.
        const answer = await ask(addressOf(sport), null, signal)
        return { sport, answer, reading: readingOf(answer, { sport, format, observedAtMs }) }
      })
      const credits = answers.map(({ answer }) => creditsOf(answer))
      const quota = quotaOf(credits, { observedAtMs, everyMs, mostCost: sports.length * creditsPerSport, creditsPerSport })
      return { ...pollOf(answers), ...(quota === undefined ? {} : { quota }) }
    },
  }
}

type Answered = { sport: string; answer: GetAnswer; reading: SportReading }

function readingOf(answer: GetAnswer, asked: Asked): SportReading {
  switch (answer.kind) {
    case 'body':
      return readSport(answer.json, asked)
    case 'unchanged':
      return { kind: 'refused', reason: 'answered "not modified" where nothing was said to compare with' }
    case 'failed':
      return { kind: 'refused', reason: creditsOf(answer).refused ? 'the credits of the key are used up' : answer.reason }
  }
}

function pollOf(answers: readonly Answered[]): Poll {
  const listed = answers.flatMap(({ reading }) => (reading.kind === 'listed' ? reading : []))
  const reason = oneLine(answers.flatMap(troubleOf).join('; '))
  if (listed.length === 0) return { kind: 'failed', reason, retryAfterMs: longestWish(answers) }

  const snapshots = listed.flatMap((reading) => reading.snapshots)
  const rejected = listed.flatMap((reading) => reading.rejected)
  const drift = driftOf(knownObjects(answers.flatMap(({ answer }) => (answer.kind === 'body' ? [answer.json] : []))))
  if (reason === '') return { kind: 'complete', snapshots, rejected, validators: null, drift }
  const unsure = answers.flatMap(({ sport, reading }) => (reading.kind === 'listed' ? reading.unsure : sportPrefix(sport)))
  return { kind: 'partial', snapshots, rejected, reason, unsure, drift }
}

function troubleOf({ sport, reading }: Answered): string[] {
  if (reading.kind === 'refused') return [`${sport}: ${reading.reason}`]
  return reading.unsure.length === 0 ? [] : [`${sport}: of ${reading.unsure.length} events something could not be read`]
}

function longestWish(answers: readonly Answered[]): number | null {
  const wishes = answers.flatMap(({ answer }) => (answer.kind === 'failed' ? (answer.retryAfterMs ?? []) : []))
  return wishes.length === 0 ? null : Math.max(...wishes)
}

/** The results in the order of `items`, of which at most `atOnce` are worked on at a time. */
async function inParallel<Item, Result>(
  atOnce: number,
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  const queue = items.entries()
  const worker = async () => {
    for (const [i, item] of queue) results[i] = await work(item)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return results
}
