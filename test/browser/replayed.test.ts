import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { systemClock } from '../../infra/local/clock.ts'
import { type Replay, startReplay } from '../../scripts/replay/server.ts'
import { expectSound, idle } from '../support/recorded-day.ts'
import { recordingsFolder } from '../support/recordings.ts'
import { toldByBetfair } from '../support/told-by-recordings.ts'
import { builtApp, eventually, readOdds, startWhole, type WholeStack } from '../support/whole-stack.ts'
import { desk, executablePath, expectSameAsApi, launch, marketsOf, type Reader, reader } from './reader.ts'

const recordings = recordingsFolder() ?? ''
if (recordings === '') console.warn('No recordings found (ODDS_RECORDINGS): the replayed half hour is skipped')
const worker = [{ name: 'stream', file: path.resolve(import.meta.dirname, '../../scripts/stream.ts') }]

/** That of PredictIt's recorded day in which most moved. */
const halfHour = { from: '2021-07-11T21-34-02Z', to: '2021-07-11T22-04-02Z' }

async function folderOfHalfHour(): Promise<{ folder: string; bodies: number }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'oddscast-half-hour-'))
  const all = await readdir(path.join(recordings, 'predictit'))
  const bodies = all.filter((name) => name >= halfHour.from && name <= `${halfHour.to}.json.gz`)
  await mkdir(path.join(folder, 'predictit'))
  const links = ['betfair', ...bodies.map((name) => `predictit/${name}`)]
  await Promise.all(links.map((name) => symlink(path.join(recordings, name), path.join(folder, name))))
  return { folder, bodies: bodies.length }
}

describe.skipIf(executablePath === undefined || recordings === '')(
  'half an hour of PredictIt, a body a second, beside a day of Betfair as fast as it can be read, in Chromium',
  () => {
    let folder: string
    let bodies: number
    let replay: Replay
    let whole: WholeStack
    let browser: Browser
    let looking: Reader
    const asked: string[] = []
    const states = new Set<string>()

    beforeAll(async () => {
      ;({ folder, bodies } = await folderOfHalfHour())
      const mode = { pace: { kind: 'each-poll' }, loop: false } as const
      replay = await startReplay({ folder, port: 0, mode, log: () => undefined, clock: systemClock })
      whole = await startWhole(await builtApp(), replay.settings, worker)
      browser = await launch()
      looking = await reader(await browser.newContext(desk))
      looking.page.on('request', (request) => asked.push(new URL(request.url()).pathname))
      await looking.page.goto(whole.stack.url)
      await looking.page.waitForSelector('[data-state=live] [data-market]')
    })
    afterAll(async () => {
      await browser.close()
      await whole.stop()
      await replay.close()
      await rm(folder, { recursive: true })
    })

    it('ends equal to the API, and to what the raw recordings say (I3, I11)', async () => {
      await eventually(
        'all has been read',
        async () => {
          states.add(await looking.state())
          const raced = (await marketsOf(whole)).filter(({ feed }) => feed === 'betfair')
          const told = raced.flatMap(({ marketId, selections }) =>
            selections.map(({ id, quotes: [quote] }) => [`${marketId} ${id}`, `${quote?.last} ${quote?.outcome}`] as const),
          )
          expect(new Map(told)).toEqual(toldByBetfair())
          return replay.served('predictit') >= bodies
        },
        100_000,
      )
      await idle(whole)
      await expectSameAsApi(looking, whole)
      const odds = await readOdds(whole.database)
      expectSound(odds)
      expect(odds.ticks.length).toBeGreaterThan(10_000)
      expect(odds.ticks.filter(({ kind, feed }) => feed === 'predictit' && kind === 'moved').length).toBeGreaterThan(50)
    })

    it('did so by the stream alone: the whole snapshot was asked for once', () => {
      expect(asked.filter((path) => path === '/api/markets')).toHaveLength(1)
      expect([...states].filter((state) => state !== 'live' && state !== 'resuming')).toEqual([])
    })

    it('throws nothing at the console', () => {
      expect(looking.troubles).toEqual([])
    })
  },
)
