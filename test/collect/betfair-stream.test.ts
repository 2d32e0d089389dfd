import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { keepAlive } from '../../functions/collect/betfair/api.ts'
import { betfairFeed } from '../../functions/collect/betfair/feed.ts'
import { linesOf } from '../../functions/collect/betfair/lines.ts'
import { recordingsFolder } from '../support/recordings.ts'
import { betfairFixture, type BetfairMessage, betfairMessages } from '../support/betfair.ts'
import { type BetfairServer, betfairServer, succeeds } from '../support/betfair-server.ts'
import { following, type Follow, passes } from '../support/following.ts'
import { handClock } from '../../infra/local/clock.ts'
import { webServer } from '../support/web-server.ts'
import { eventually } from '../support/whole-stack.ts'

const [image, delta, , , , behind] = betfairMessages() as [BetfairMessage, ...BetfairMessage[]]
const startMs = Date.UTC(2026, 4, 2, 15)

const openFeed = (url: string, options: Record<string, string> = {}) =>
  betfairFeed({
    url,
    key: 'the-app-key',
    options: { SESSION: 'the-session', MARKET_FILTER: '{"eventTypeIds":["7"]}', ...options },
  })
const followed = (server: BetfairServer, options?: Record<string, string>) =>
  following(openFeed(server.url, options), { clock: handClock(startMs) })
const prices = ({ hub }: Follow) =>
  hub.map((message) =>
    message.kind === 'gone'
      ? `${message.marketId} gone`
      : `${message.marketId} ${message.selections.map(({ quotes: [quote] }) => quote?.back ?? '–').join(' ')}`,
  )
const hubHas = (worker: Follow, count: number) => eventually(`${count} messages`, async () => worker.hub.length === count)

describe('a connection to Betfair', () => {
  it('is authenticated first and then subscribed, and its image and changes are told', async () => {
    await using server = await betfairServer()
    const worker = followed(server)
    const { caller, subscription } = await server.subscribed(1)
    expect(caller.heard[0]).toEqual({ op: 'authentication', id: 1, appKey: 'the-app-key', session: 'the-session' })
    expect(subscription).toEqual({
      op: 'marketSubscription',
      id: 2,
      marketFilter: { eventTypeIds: ['7'] },
      marketDataFilter: { ladderLevels: 1, fields: ['EX_MARKET_DEF', 'EX_BEST_OFFERS_DISP', 'EX_LTP'] },
      segmentationEnabled: true,
      conflateMs: 0,
      heartbeatMs: 5_000,
    })
    caller.says(image)
    caller.says(delta)
    await hubHas(worker, 4)
    expect(prices(worker)).toEqual([
      'betfair:1.9001 1.9 4.1 9',
      'betfair:1.9002 1.5 2.5',
      'betfair:1.9001 1.9 4.2 9',
      'betfair:1.9002 1.52 2.5',
    ])
    await worker.stop()
    await eventually('it has hung up', async () => caller.isClosed())
  })

  it('that breaks goes on where it ended: what changed meanwhile is told, and the rest is not told again', async () => {
    await using server = await betfairServer()
    const worker = followed(server)
    const first = await server.subscribed(1)
    first.caller.says({ ...image, initialClk: 'first', clk: 'a' })
    first.caller.says({ ...delta, clk: 'b' })
    await hubHas(worker, 4)
    first.caller.drops()
    await eventually('it is seen', async () => worker.logged.some(({ what }) => what === 'stream lost'))
    await passes(worker, 5_000)
    const second = await server.subscribed(2)
    expect(second.subscription).toMatchObject({ initialClk: 'first', clk: 'b', id: 3 })
    const change = [{ id: '1.9001', rc: [{ id: 501, bdatb: [[0, 5, 1]] }] }]
    second.caller.says({ ...delta, id: 3, clk: 'c', ct: 'RESUB_DELTA', mc: change })
    await hubHas(worker, 5)
    expect(prices(worker).at(-1)).toBe('betfair:1.9001 1.9 5 9')
    await worker.stop()
  })

  it('begins anew where Betfair does not know its place any more', async () => {
    await using server = await betfairServer((request) =>
      'clk' in request
        ? { ...succeeds(request), statusCode: 'FAILURE', errorCode: 'INVALID_CLOCK', connectionClosed: true }
        : succeeds(request),
    )
    const worker = followed(server)
    const first = await server.subscribed(1)
    first.caller.says({ ...image, initialClk: 'first', clk: 'a' })
    await hubHas(worker, 2)
    first.caller.drops()
    await eventually('it is seen', async () => worker.logged.some(({ what }) => what === 'stream lost'))
    await passes(worker, 5_000)
    await server.subscribed(2)
    await eventually('it is refused', async () => String(worker.logged.at(-1)?.facts['reason']).includes('INVALID_CLOCK'))
    await passes(worker, 10_000)
    const third = await server.subscribed(3)
    expect(third.subscription).not.toHaveProperty('clk')
    third.caller.says({ ...image, id: 4, mc: image.mc?.slice(1) })
    await hubHas(worker, 3)
    expect(prices(worker).at(-1)).toBe('betfair:1.9001 gone')
    await worker.stop()
  })

  it('does not go on from an image that broke off', async () => {
    await using server = await betfairServer()
    const worker = followed(server)
    const first = await server.subscribed(1)
    first.caller.says({ ...image, initialClk: 'first', clk: 'a', segmentType: 'SEG_START', mc: image.mc?.slice(0, 1) })
    await hubHas(worker, 1)
    first.caller.drops()
    await eventually('it is seen', async () => worker.logged.some(({ what }) => what === 'stream lost'))
    await passes(worker, 5_000)
    expect((await server.subscribed(2)).subscription).not.toHaveProperty('clk')
    await worker.stop()
  })

  it('tells what came before a refusal, and shows neither key nor session in its reason', async () => {
    await using server = await betfairServer()
    const worker = followed(server)
    const { caller } = await server.subscribed(1)
    const refusal = {
      op: 'status',
      statusCode: 'FAILURE',
      errorCode: 'NOT_AUTHORIZED',
      errorMessage: 'the-session of the-app-key has\nended',
    }
    caller.sends(`${JSON.stringify(image)}\r\n${JSON.stringify(refusal)}\r\n`)
    await eventually('it is seen', async () => worker.logged.some(({ what }) => what === 'stream lost'))
    expect(worker.logged.find(({ what }) => what === 'stream lost')?.facts['reason']).toBe(
      'Betfair refuses: NOT_AUTHORIZED … of … has ended',
    )
    await hubHas(worker, 2)
    await worker.stop()
  })

  it('says in the feed’s health that Betfair is behind, and that nobody is there', async () => {
    await using server = await betfairServer()
    const worker = followed(server)
    const { caller } = await server.subscribed(1)
    caller.says(image)
    await hubHas(worker, 2)
    caller.says(behind)
    await eventually('it is told', async () => worker.stored?.health.failure !== null)
    expect(worker.stored?.health.failure?.reason).toContain('status 503')
    await worker.stop()
    const nobody = following(openFeed('tcp://127.0.0.1:1'))
    await eventually('it is seen', async () => nobody.logged.length > 0)
    expect(nobody.logged[0]).toMatchObject({
      what: 'stream lost',
      facts: { reason: '127.0.0.1:1 cannot be reached: connect ECONNREFUSED 127.0.0.1:1' },
    })
    await nobody.stop()
  })

  it('asks for everything again, some time after it could not read something', async () => {
    await using server = await betfairServer()
    let nowMs = startMs
    const stop = new AbortController()
    const feed = openFeed(server.url)
    const read = async () => {
      let isUnread = false
      for await (const { rejected } of feed.connect({
        nowMs: () => nowMs,
        signal: stop.signal,
        warn: () => undefined,
        open: () => [],
      })) {
        if (rejected.length > 0) isUnread = true
        if (!isUnread) continue
        nowMs += 60_000
        server.callers[0]?.says({ op: 'mcm', id: 2, ct: 'HEARTBEAT', clk: 'b' })
      }
    }
    const first = read()
    const { caller } = await server.subscribed(1)
    caller.says({ ...image, initialClk: 'first', clk: 'a' })
    caller.says({ op: 'mcm', id: 2, mc: [{ id: '1.9001', rc: 7 }] })
    await expect(first).rejects.toThrow('something could not be read, so everything is asked for again')
    expect(nowMs - startMs).toBe(600_000)
    const second = read()
    expect((await server.subscribed(2)).subscription).not.toHaveProperty('clk')
    stop.abort()
    await expect(second).rejects.toThrow('abort')
  })

  it('is read as lines wherever its bytes are torn apart, in the middle of a character too', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'grapheme', minLength: 2 }).filter((line) => !/[\r\n]/.test(line))),
        fc.constantFrom('\n', '\r\n', '\r\n\r\n'),
        fc.infiniteStream(fc.integer({ min: 1, max: 9 })),
        async (lines, end, lengths) => {
          const bytes = Buffer.from(lines.map((line) => `${line}${end}`).join(''))
          const chunks: Uint8Array[] = []
          for (let at = 0; at < bytes.length;) {
            const length = lengths.next().value ?? 1
            chunks.push(bytes.subarray(at, at + length))
            at += length
          }
          const read: string[] = []
          for await (const some of linesOf(chunks)) read.push(...some)
          expect(read.map((line) => line.replace(/\r$/, ''))).toEqual(lines)
        },
      ),
    )
  })
})

describe('names of Betfair’s markets', () => {
  it('are asked of its catalogue before a market is first told of, with key and session in the headers', async () => {
    await using catalogue = await webServer((_, response) => {
      const runners = [{ selectionId: 501, runnerName: 'Copper Lane', handicap: 0 }]
      response.end(
        JSON.stringify([{ marketId: '1.9001', marketName: '2m Hurdle', event: { name: 'Harrowmere 2nd May' }, runners }]),
      )
    })
    await using server = await betfairServer()
    const worker = followed(server, { CATALOGUE_URL: catalogue.url })
    const { caller } = await server.subscribed(1)
    caller.says(image)
    caller.says(delta)
    await hubHas(worker, 4)
    expect(worker.hub[0]).toMatchObject({
      market: { name: 'Harrowmere 2nd May: 2m Hurdle' },
      selections: [{ name: 'Runner 502' }, { name: 'Copper Lane' }, { name: 'Runner 503' }],
    })
    expect(catalogue.requests).toHaveLength(1)
    expect(catalogue.requests[0]?.headers).toMatchObject({ 'x-application': 'the-app-key', 'x-authentication': 'the-session' })
    await worker.stop()
  })

  it('are done without where the catalogue does not answer', async () => {
    await using catalogue = await webServer((_, response) => response.writeHead(500).end())
    await using server = await betfairServer()
    const worker = followed(server, { CATALOGUE_URL: catalogue.url })
    const { caller } = await server.subscribed(1)
    caller.says(image)
    await hubHas(worker, 2)
    expect(worker.logged).toContainEqual({
      what: 'stream warning',
      facts: { feed: 'betfair', reason: 'no names of 2 markets: answered 500' },
    })
    await worker.stop()
  })
})

describe('a session of Betfair’s', () => {
  const account = { appKey: 'the-app-key', session: 'the-session' }
  const { signal } = new AbortController()

  it('is kept alive by asking for it; why not is told, without key and session', async () => {
    const answers = ['{"status":"SUCCESS","error":""}', '{"status":"FAIL","error":"NO_SESSION"}', '{"status":7}']
    await using server = await webServer((_, response) => response.end(answers.shift() ?? 'no JSON, the-session'))
    const asked = () => keepAlive(server.url, account, signal)
    expect([await asked(), await asked(), await asked()]).toEqual([undefined, 'FAIL: NO_SESSION', 'an answer that is none'])
    expect(await asked()).not.toContain('the-session')
    expect(server.requests[0]?.headers).toMatchObject({ 'x-application': 'the-app-key', 'x-authentication': 'the-session' })
    expect(await keepAlive('http://127.0.0.1:1', account, signal)).toBe('fetch failed')
    expect(await keepAlive('', account, signal)).toBeUndefined()
  })
})

describe('settings of the Betfair feed', () => {
  it('that make no sense are refused with what would', () => {
    expect(() => openFeed('stream-api.betfair.com:443')).toThrow(
      'BETFAIR_URL is "stream-api.betfair.com:443"; it takes tls://host:port, or file:/// and the path of a recording',
    )
    expect(() => openFeed('tls://stream-api.betfair.com:443', { SESSION: '' })).toThrow('BETFAIR_SESSION is not set')
    expect(() => openFeed('tcp://localhost:1', { MARKET_FILTER: '{' })).toThrow(
      'BETFAIR_MARKET_FILTER is "{"; it takes a market filter of Betfair\'s, as JSON',
    )
  })

  it('may name a recording, gzipped or not, which is played to its end', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'oddscast-betfair-'))
    const zipped = path.join(folder, 'stream.jsonl.gz')
    await writeFile(zipped, gzipSync(await readFile(betfairFixture)))
    const ends = await Promise.all(
      [betfairFixture, zipped].map(async (file) => {
        const worker = following(openFeed(pathToFileURL(file).href), { clock: handClock(startMs) })
        return { ended: await worker.ended, prices: prices(worker) }
      }),
    )
    expect(ends[0]?.prices).toHaveLength(9)
    expect(ends[0]).toEqual(ends[1])
    await rm(folder, { recursive: true })
  })
})

const control = path.join(recordingsFolder() ?? '', 'betfair/control')
describe.skipIf(recordingsFolder() === undefined)('recorded control frames of Betfair', () => {
  const frame = async (name: string) =>
    JSON.parse(await readFile(path.join(control, `streaming_${name}.json`), 'utf8')) as BetfairMessage
  const asSubscribed = (message: BetfairMessage) => ({ ...message, id: 2 })

  it('are followed through: an image of 137 markets, changes, heartbeats, 503, and changes of markets that never came', async () => {
    await using server = await betfairServer()
    const worker = followed(server)
    const { caller } = await server.subscribed(1)
    const images = [await frame('mcm_SUB_IMAGE_no_market_def'), await frame('mcm_SUB_IMAGE')]
    for (const one of images) {
      const before = worker.hub.length
      caller.says(asSubscribed(one))
      const defined = one.mc?.filter(({ marketDefinition }) => marketDefinition !== undefined).length ?? 0
      await eventually(
        'its markets are told',
        async () => worker.hub.filter(({ kind }) => kind === 'market').length >= before + defined,
      )
    }
    for (const name of ['mcm_update', 'mcm_UPDATE_tv', 'mcm_HEARTBEAT', '503']) caller.says(asSubscribed(await frame(name)))
    await eventually('it is behind', async () => worker.stored?.health.failure?.reason.includes('503') === true)
    expect(worker.hub.at(-1)).toMatchObject({ marketId: 'betfair:1.126235656', asOfMs: 1_471_370_160_471 })
    const stray = await frame('mcm_RESUB_DELTA')
    caller.says(asSubscribed(stray))
    await passes(worker, 5_000)
    await eventually('they are put aside', async () => {
      await passes(worker, 1_000)
      return worker.letters.filter(({ reason }) => reason === 'changes without an image before them').length === stray.mc?.length
    })
    await worker.stop()
  })
})
