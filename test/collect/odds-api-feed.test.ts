import { describe, expect, it } from 'vitest'

import type { Poll } from '../../functions/collect/feed.ts'
import type { GetAnswer } from '../../functions/collect/http-get.ts'
import { answered, oddsApiBody, openOddsApi, type Settings } from '../support/odds-api.ts'
import { through } from '../support/through.ts'
import { webServer } from '../support/web-server.ts'

const observedAtMs = Date.UTC(2031, 6, 11, 17, 14, 3)
const at = { observedAtMs, validators: null, signal: new AbortController().signal }
const mlb = { SPORTS: 'baseball_mlb', ODDS_FORMAT: 'american' }
const three = { SPORTS: 'baseball_mlb,soccer_coastal_league,politics_port_ellery_mayor' }

/** The sports of this world, each with what it answers. */
type World = Record<string, GetAnswer | (() => GetAnswer | Promise<GetAnswer>)>
function feedOf(world: World, settings: Settings) {
  return openOddsApi(settings, async (address) => {
    const answer = world[/sports\/(\w+)\/odds/.exec(address)?.[1] ?? '']
    if (answer === undefined) throw new Error(`${address} was not expected`)
    return typeof answer === 'function' ? answer() : answer
  })
}
const pollOf = (world: World, settings: Settings): Promise<Poll> => feedOf(world, settings).poll(at)

const failure = (reason: string, retryAfterMs: number | null = null): GetAnswer => ({
  kind: 'failed',
  reason,
  retryAfterMs,
  refusal: null,
})
const usedUp: GetAnswer = {
  kind: 'failed',
  reason: 'answered 401',
  retryAfterMs: null,
  refusal: { status: 401, text: '{"error_code":"OUT_OF_USAGE_CREDITS"}', headers: new Headers({ 'x-requests-remaining': '0' }) },
}
const decimal = answered(oddsApiBody('decimal'))
const politics = answered(oddsApiBody('politics'))

describe('the feed of The Odds API', () => {
  it('asks for each sport once, in the format it is set to', async () => {
    await using server = await webServer((_, response) => response.end('[]'))
    const poll = await openOddsApi({ url: `${server.url}/`, SPORTS: 'baseball_mlb, soccer_epl,BASEBALL_MLB', key: ' abc ' }).poll(
      at,
    )
    expect(poll).toMatchObject({ kind: 'complete', snapshots: [], rejected: [], validators: null })
    expect(server.requests.map(({ path }) => path).sort()).toEqual(
      ['baseball_mlb', 'soccer_epl'].map(
        (sport) =>
          `/v4/sports/${sport}/odds?apiKey=abc&regions=us&markets=h2h%2Cspreads%2Ctotals&oddsFormat=decimal&dateFormat=iso`,
      ),
    )
  })

  it('asks for bookmakers instead of regions where some are named', async () => {
    await using server = await webServer((_, response) => response.end('[]'))
    const settings = { BOOKMAKERS: 'fanduel,pinnacle', MARKETS: 'h2h', SPORTS: 'soccer_epl', ODDS_FORMAT: 'American' }
    await openOddsApi({ url: server.url, key: 'abc', ...settings }).poll(at)
    expect(server.requests[0]?.path).toBe(
      '/v4/sports/soccer_epl/odds?apiKey=abc&bookmakers=fanduel%2Cpinnacle&markets=h2h&oddsFormat=american&dateFormat=iso',
    )
  })

  it('asks for a few sports at a time', async () => {
    let open = 0
    let most = 0
    const sports = Array.from({ length: 20 }, (_, i) => `sport_${i}`)
    const slow = async () => {
      most = Math.max(most, ++open)
      await new Promise((resolve) => setImmediate(resolve))
      open--
      return answered([])
    }
    const poll = await pollOf(Object.fromEntries(sports.map((sport) => [sport, slow])), { SPORTS: sports.join() })
    expect(poll.kind).toBe('complete')
    expect(most).toBe(4)
  })

  it('gives every market of every sport the same instant', async () => {
    const poll = await pollOf(
      { soccer_coastal_league: decimal, politics_port_ellery_mayor: politics },
      { SPORTS: 'soccer_coastal_league,politics_port_ellery_mayor' },
    )
    if (poll.kind !== 'complete') throw new Error(poll.kind)
    expect(poll.snapshots.map(({ topic, observedAtMs, priceFormat }) => [topic, observedAtMs, priceFormat])).toEqual([
      ['sports', observedAtMs, 'decimal'],
      ['sports', observedAtMs, 'decimal'],
      ['sports', observedAtMs, 'decimal'],
      ['politics', observedAtMs, 'decimal'],
    ])
  })

  it.each<[Settings, string]>([
    [{ SPORTS: ' ' }, 'ODDS_API_SPORTS is " "; it takes keys of sports, separated by commas, such as baseball_mlb,soccer_epl'],
    [{ SPORTS: 'baseball mlb' }, 'ODDS_API_SPORTS is "baseball mlb"; it takes keys of sports'],
    [{ SPORTS: 'upcoming' }, 'ODDS_API_SPORTS names "upcoming": it lists the next few events of any sport'],
    [{ MARKETS: 'h2h,' }, 'ODDS_API_MARKETS is "h2h,"; it takes keys of markets'],
    [{ REGIONS: '' }, 'ODDS_API_REGIONS is ""; it takes regions of bookmakers'],
    [{ ODDS_FORMAT: 'fractional' }, 'ODDS_API_ODDS_FORMAT is "fractional"; it takes one of american, decimal'],
    [{ BOOKMAKERS: 'fan duel' }, 'ODDS_API_BOOKMAKERS is "fan duel"; it takes keys of bookmakers'],
  ])('is not opened with %j, and says what it takes', (settings, complaint) => {
    expect(() => openOddsApi(settings)).toThrow(complaint)
  })
})

describe('a sport that does not answer', () => {
  it('leaves the others as they are, and nothing of it is declared gone (I10)', async () => {
    const world: World = {
      baseball_mlb: failure('http://odds.example/v4/sports/baseball_mlb/odds gave no whole answer within 10 s'),
      soccer_coastal_league: decimal,
      politics_port_ellery_mayor: politics,
    }
    const poll = await pollOf(world, three)
    expect(poll).toMatchObject({
      kind: 'partial',
      unsure: ['odds-api:baseball_mlb:'],
      reason: 'baseball_mlb: http://odds.example/v4/sports/baseball_mlb/odds gave no whole answer within 10 s',
    })
    expect(poll.kind === 'partial' && poll.snapshots).toHaveLength(4)
  })

  it('is one that answers in the other format, or with something else', async () => {
    const world: World = {
      baseball_mlb: answered(oddsApiBody('american')),
      soccer_coastal_league: decimal,
      politics_port_ellery_mayor: answered({ message: 'hello' }),
    }
    expect(await pollOf(world, three)).toMatchObject({
      kind: 'partial',
      unsure: ['odds-api:baseball_mlb:', 'odds-api:politics_port_ellery_mayor:'],
      reason:
        'baseball_mlb: answered with american odds, though decimal ones were asked for; ' +
        'politics_port_ellery_mayor: answered JSON that is not its list of events',
    })
  })

  it('is a failure when no other does, and its wish to be left alone is passed on', async () => {
    const world: World = {
      baseball_mlb: failure('first', 3_000),
      soccer_coastal_league: failure('second', 9_000),
      politics_port_ellery_mayor: failure('third'),
    }
    expect(await pollOf(world, three)).toEqual({
      kind: 'failed',
      reason: 'baseball_mlb: first; soccer_coastal_league: second; politics_port_ellery_mayor: third',
      retryAfterMs: 9_000,
    })
  })

  it('keeps its markets, while one that another sport lists no more is buried', async () => {
    const world: World = { soccer_coastal_league: decimal, politics_port_ellery_mayor: politics }
    const run = through(feedOf(world, { SPORTS: Object.keys(world).join() }))
    await run.poll(observedAtMs)
    Object.assign(world, { soccer_coastal_league: failure('away'), politics_port_ellery_mayor: answered([]) })
    expect(await run.poll(observedAtMs + 60_000)).toMatchObject({ kind: 'partial', gone: 1 })
    expect([...run.books.values()].map(({ topic, status }) => `${topic} ${status}`)).toEqual([
      'sports open',
      'sports open',
      'sports open',
      'politics closed',
    ])
    world['soccer_coastal_league'] = answered([])
    expect(await run.poll(observedAtMs + 120_000)).toMatchObject({ kind: 'complete', gone: 3 })
    expect(run.count('removed')).toBe(run.count('opened'))
  })
})

describe('an event of which a bookmaker cannot be read', () => {
  it('loses no quote to a tombstone: who is missing may be there (I10)', async () => {
    const whole = oddsApiBody('american')
    const halved = oddsApiBody('american')
    Object.assign(halved[0]?.bookmakers[1] ?? {}, { key: null })
    const world: World = { baseball_mlb: answered(whole) }
    const run = through(feedOf(world, mlb))
    await run.poll(observedAtMs)
    world['baseball_mlb'] = answered(halved)
    const report = await run.poll(observedAtMs + 60_000)
    expect(report).toMatchObject({
      kind: 'partial',
      gone: 0,
      rejected: 1,
      reason: 'baseball_mlb: of 1 events something could not be read',
    })
    expect(run.count('removed')).toBe(0)
    expect(run.letters).toMatchObject([
      { marketId: null, reason: expect.stringContaining('a bookmaker: key: expected string') as string },
    ])
    world['baseball_mlb'] = answered(
      whole.map((event) => ({ ...event, bookmakers: event.bookmakers.filter(({ key }) => key !== 'quillbet') })),
    )
    await run.poll(observedAtMs + 120_000)
    expect(new Set(run.ticks.flatMap(({ kind, bookmaker }) => (kind === 'removed' ? [bookmaker] : [])))).toEqual(
      new Set(['quillbet']),
    )
  })
})

describe('the credits', () => {
  it('come with every poll, and decide when the next one is', async () => {
    const headers = { 'x-requests-remaining': '488', 'x-requests-used': '12', 'x-requests-last': '3' }
    const world: World = { baseball_mlb: answered(oddsApiBody('american'), headers) }
    const run = through(feedOf(world, mlb))
    await run.poll(observedAtMs)
    const health = run.stored()?.health
    expect(health?.quota).toMatchObject({ remaining: 488, used: 12, resetsAtMs: Date.UTC(2031, 7, 1) })
    const nextPollAtMs = health?.quota?.nextPollAtMs ?? 0
    expect((nextPollAtMs - observedAtMs) / 3_600_000).toBeCloseTo((20.28 * 24 * 3) / (488 - 3), 1)
    expect(health?.everyMs).toBe(nextPollAtMs - observedAtMs)
    expect(await run.poll(nextPollAtMs - 1)).toMatchObject({ kind: 'waiting', untilMs: nextPollAtMs })
    expect(await run.poll(nextPollAtMs)).toMatchObject({ kind: 'complete' })
  })

  it('when they are used up, are said to be, and the feed is left alone', async () => {
    const run = through(feedOf({ baseball_mlb: usedUp }, mlb))
    expect(await run.poll(observedAtMs)).toMatchObject({
      kind: 'failed',
      reason: 'baseball_mlb: the credits of the key are used up',
    })
    expect(run.stored()?.health.quota).toEqual({
      remaining: 0,
      used: null,
      resetsAtMs: Date.UTC(2031, 7, 1),
      nextPollAtMs: observedAtMs + 86_400_000,
    })
    expect(await run.poll(observedAtMs + 86_399_999)).toMatchObject({ kind: 'waiting' })
    expect(await run.poll(observedAtMs + 86_400_000)).toMatchObject({ kind: 'failed' })
  })

  it('when they run out between two sports, leave the second in doubt', async () => {
    const poll = await pollOf(
      { soccer_coastal_league: decimal, politics_port_ellery_mayor: usedUp },
      { SPORTS: 'soccer_coastal_league,politics_port_ellery_mayor' },
    )
    expect(poll).toMatchObject({
      kind: 'partial',
      unsure: ['odds-api:politics_port_ellery_mayor:'],
      quota: { remaining: 0, nextPollAtMs: observedAtMs + 86_400_000 },
    })
  })

  it('are read from the headers of a body and of a refusal alike', async () => {
    await using server = await webServer(({ url = '' }, response) => {
      const isFirst = url.includes('first')
      response.writeHead(isFirst ? 200 : 401, {
        'x-requests-remaining': isFirst ? '2' : '0',
        'x-requests-used': isFirst ? '498' : '500',
        'x-requests-last': isFirst ? '3' : '0',
      })
      const refusal = { message: 'Usage quota has been reached.', error_code: 'OUT_OF_USAGE_CREDITS' }
      response.end(isFirst ? '[]' : JSON.stringify(refusal))
    })
    expect(await openOddsApi({ url: server.url, SPORTS: 'first,second' }).poll(at)).toMatchObject({
      kind: 'partial',
      reason: 'second: the credits of the key are used up',
      quota: { remaining: 0, used: 500, nextPollAtMs: observedAtMs + 86_400_000 },
    })
  })

  it('are not spoken of by a server that does not count them', async () => {
    expect(await pollOf({ baseball_mlb: answered([]) }, mlb)).not.toHaveProperty('quota')
  })
})

describe('the key', () => {
  const key = 's3cret-k3y'

  it('is never in a reason: not of a refusal, not of a page that quotes it, not after redirects', async () => {
    await using server = await webServer(({ url = '' }, response) => {
      if (url.includes('refused')) response.writeHead(401).end(`{"message":"API key ${key} is not valid","url":"${url}"}`)
      else if (url.includes('moved')) response.writeHead(302, { location: `/sorry/${key}?from=elsewhere` }).end()
      else if (url.includes('round')) response.writeHead(302, { location: `/round/${key}` }).end()
      else response.writeHead(200, { 'content-type': 'text/html' }).end(`<p>You asked with ${key}</p>`)
    })
    const sports = ['refused', 'moved', 'round', 'page']
    const poll = await openOddsApi({ url: server.url, key, SPORTS: sports.join() }).poll(at)
    if (poll.kind !== 'failed') throw new Error(poll.kind)
    for (const sport of sports) expect(poll.reason).toContain(`${sport}: `)
    expect(poll.reason).toContain('/sorry/… answered 200')
    expect(poll.reason).not.toContain(key)
    const nobody = await openOddsApi({ url: 'http://127.0.0.1:9', key, SPORTS: 'baseball_mlb' }).poll(at)
    const noAddress = await openOddsApi({ url: 'odds', key, SPORTS: 'baseball_mlb' }).poll(at)
    expect(JSON.stringify([nobody, noAddress])).not.toContain(key)
  })
})

describe('a redesign of the JSON', () => {
  it('is told: which fields are new, and which are gone', async () => {
    const body = oddsApiBody('american').map(({ sport_title, ...event }) => ({ ...event, sport_name: sport_title }))
    const poll = await pollOf({ baseball_mlb: answered(body) }, mlb)
    expect(poll).toMatchObject({
      kind: 'complete',
      drift: { unknown: [{ field: 'event.sport_name', count: 2 }], vanished: ['event.sport_title'] },
    })
    for (const name of ['american', 'decimal', 'politics'] as const) {
      const [event] = oddsApiBody(name)
      const sport = event?.sport_key ?? ''
      const same = await pollOf(
        { [sport]: answered(oddsApiBody(name)) },
        { SPORTS: sport, ODDS_FORMAT: name === 'american' ? name : 'decimal' },
      )
      expect(same).toMatchObject({ kind: 'complete', drift: { unknown: [], vanished: [] } })
    }
  })
})
