import path from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { FeedHealth, FeedState } from '../functions/book/feed-health.ts'
import type { Book, Quote } from '../functions/book/market.ts'
import { timerName } from '../functions/collect/timer-name.ts'
import { systemClock } from '../infra/local/clock.ts'
import { type Replay, startReplay } from '../scripts/replay/server.ts'
import { expectSound, idle, neverSchedule } from './support/recorded-day.ts'
import { recordingsFolder } from './support/recordings.ts'
import { shownByRecordings } from './support/shown-by-recordings.ts'
import { toldByBetfair, toldByPolymarket } from './support/told-by-recordings.ts'
import { builtApp, eventually, readOdds, startWhole, type WholeStack } from './support/whole-stack.ts'

const recordings = recordingsFolder()
if (recordings === undefined) console.warn('No recordings found (ODDS_RECORDINGS): the pipeline test of all feeds is skipped')

const worker = [{ name: 'stream', file: path.resolve(import.meta.dirname, '../scripts/stream.ts') }]
const polled = ['predictit', 'odds-api', 'polymarket', 'kalshi']

describe.skipIf(recordings === undefined)('all feeds together, from recorded bodies', () => {
  let whole: WholeStack
  let replay: Replay

  beforeAll(async () => {
    const mode = { pace: { kind: 'each-poll' }, loop: false } as const
    replay = await startReplay({
      folder: recordings ?? '',
      port: 0,
      mode,
      log: () => undefined,
      clock: systemClock,
    })
    const schedules = Object.keys(replay.settings).filter((name) => name.endsWith('_SCHEDULE'))
    const env = { ...replay.settings, ...Object.fromEntries(schedules.map((name) => [name, neverSchedule])) }
    whole = await startWhole(await builtApp(), env, worker)
  })
  afterAll(async () => {
    await whole.stop()
    await replay.close()
  })

  type Health = FeedHealth & { state: FeedState }
  async function healthOf(feed: string): Promise<Health | undefined> {
    const { feeds } = (await whole.api('/api/feeds')) as { feeds: Health[] }
    return feeds.find((health) => health.feed === feed)
  }

  /** One poll of each, at the same time. */
  async function pollAll(isOver: (before: Health | undefined, after: Health) => boolean): Promise<void> {
    await Promise.all(
      polled.map(async (feed) => {
        const before = await healthOf(feed)
        await whole.poll(timerName(feed))
        await eventually(`${feed} is polled`, async () => {
          const after = await healthOf(feed)
          return after !== undefined && isOver(before, after)
        })
      }),
    )
  }
  const isComplete = (before: Health | undefined, after: Health) => (after.completeAtMs ?? 0) > (before?.completeAtMs ?? 0)

  async function books(): Promise<Book[]> {
    return ((await whole.api('/api/markets')) as { markets: Book[] }).markets
  }

  /** As `shownByRecordings` has it. What has been withdrawn is no longer shown, and of two sides a venue prices the first. */
  function shownBy(feed: string, all: readonly Book[]): Map<string, string> {
    const rows = all
      .filter((book) => book.feed === feed)
      .flatMap(({ marketId, selections }) =>
        selections
          .filter((_, i) => i === 0 || feed === 'predictit' || feed === 'odds-api')
          .flatMap(({ id, quotes }) =>
            quotes.filter(({ status }) => status !== 'removed').map((quote) => ({ marketId, id, quote })),
          ),
      )
    return new Map(
      rows.map(({ marketId, id, quote }) => [
        `${marketId} ${id} ${quote.bookmaker}`,
        `${quote.back} ${quote.lay} ${quote.point}`,
      ]),
    )
  }

  it('shows both topics and the prices of every venue, poll after poll, as the raw recordings have them', async () => {
    for (const poll of [1, 2, 3]) {
      await pollAll(isComplete)
      await idle(whole)
      const all = await books()
      for (const feed of polled) {
        const expected = await shownByRecordings(feed, poll)
        expect({ feed, shown: shownBy(feed, all) }).toEqual({ feed, shown: expected })
        expect(expected.size).toBeGreaterThan(4)
      }
      expect(new Set(all.map(({ topic }) => topic))).toEqual(new Set(['politics', 'sports']))
    }
  })

  it('follows the streams to their last word: markets settled with their winners, and the best prices of each token (I1, I11)', async () => {
    const told = async (feed: string, value: (quote: Quote) => string) =>
      new Map(
        (await books())
          .filter((book) => book.feed === feed)
          .flatMap(({ marketId, selections }) =>
            selections.flatMap(({ id, quotes: [quote] }) =>
              quote === undefined ? [] : [[`${marketId} ${id}`, value(quote)] as const],
            ),
          ),
      )
    await eventually('both streams are in the store', async () => {
      expect(await told('betfair', ({ last, outcome }) => `${last} ${outcome}`)).toEqual(toldByBetfair())
      expect(await told('polymarket-clob', ({ back, lay }) => `${back} ${lay}`)).toEqual(toldByPolymarket())
      return true
    })
    await idle(whole)
    expectSound(await readOdds(whole.database))
  })

  it('goes on with all others while one feed fails', async () => {
    replay.fail('odds-api', 500)
    const before = await books()
    await pollAll((health, after) => isComplete(health, after) || after.failure !== null)
    await idle(whole)
    expect(await healthOf('odds-api')).toMatchObject({
      state: 'late',
      failure: { reason: expect.stringContaining('500') as string },
    })
    const after = await books()
    for (const feed of polled.filter((name) => name !== 'odds-api')) {
      expect(await healthOf(feed)).toMatchObject({ state: 'live', failure: null, rejected: 0 })
      expect({ feed, shown: shownBy(feed, after) }).toEqual({ feed, shown: await shownByRecordings(feed, 4) })
    }
    for (const feed of ['betfair', 'polymarket-clob']) expect(await healthOf(feed)).toMatchObject({ failure: null, rejected: 0 })
    // Nobody knows better.
    expect(shownBy('odds-api', after)).toEqual(shownBy('odds-api', before))
  })
})
