import { describe, expect, it } from 'vitest'

import { ownMarket } from '../support/pushed-bodies.ts'
import { pushing } from '../support/pushing.ts'

describe('a market pushed in our own words', () => {
  it('becomes a book: its ids get the feed’s name, its clocks are ours, and it is open', async () => {
    const desk = pushing()
    expect(await desk.put('my-odds', ownMarket('m1', 1.9))).toMatchObject({
      status: 202,
      accepted: 1,
      rejected: 0,
      results: [{ index: 0, marketId: 'my-odds:m1', status: 'accepted' }],
    })
    const nowMs = desk.clock.nowMs()
    expect(desk.messages).toMatchObject([
      {
        marketId: 'my-odds:m1',
        asOfMs: nowMs,
        observedAtMs: nowMs,
        publishedAtMs: null,
        unchangedUntilMs: null,
        complete: false,
      },
    ])
    expect([...desk.books.values()]).toMatchObject([
      {
        marketId: 'my-odds:m1',
        feed: 'my-odds',
        status: 'open',
        seq: 2,
        selections: [{ id: 'my-odds:m1-1' }, { id: 'my-odds:m1-2' }],
      },
    ])
  })

  it('is taken by itself, in a list, and as {markets}; ids may be numbers, and may say the feed themselves', async () => {
    const desk = pushing()
    const [one, two] = [ownMarket('m1', 1.9), { ...ownMarket('m2', 1.8), marketId: 7 }]
    await desk.put('my-odds', [one, two])
    await desk.put('my-odds', { markets: [{ ...one, marketId: 'my-odds:m3', feed: 'my-odds', v: 1, kind: 'market' }] })
    expect([...desk.books.keys()]).toEqual(['my-odds:m1', 'my-odds:7', 'my-odds:m3'])
    expect(await desk.put('my-odds', [])).toMatchObject({ status: 202, accepted: 0, rejected: 0, results: [] })
  })

  it('twice the same is accepted twice, and stored once (I2, I5)', async () => {
    const desk = pushing()
    await desk.put('my-odds', ownMarket('m1', 1.9))
    desk.clock.advance(1_000)
    expect(await desk.put('my-odds', ownMarket('m1', 1.9))).toMatchObject({ status: 202, accepted: 1 })
    expect(desk.messages).toHaveLength(2)
    expect(desk.ticks).toHaveLength(2)
    await desk.put('my-odds', ownMarket('m1', 1.95))
    expect(desk.count('moved')).toBe(1)
  })

  it('that is older than what is stored changes nothing', async () => {
    const desk = pushing()
    const asOfMs = desk.clock.nowMs() - 5_000
    await desk.put('my-odds', { ...ownMarket('m1', 1.9), asOfMs })
    await desk.put('my-odds', { ...ownMarket('m1', 1.5), asOfMs: asOfMs - 1 })
    expect(desk.count('moved')).toBe(0)
    await desk.put('my-odds', { ...ownMarket('m1', 1.5), asOfMs: asOfMs + 1 })
    expect(desk.count('moved')).toBe(1)
  })

  it('buries nothing by what it leaves out, unless it says that it is complete (I10)', async () => {
    const desk = pushing()
    const whole = ownMarket('m1', 1.9)
    const [first] = whole.selections
    await desk.put('my-odds', whole)
    await desk.put('my-odds', { ...whole, selections: [first] })
    expect(desk.count('removed')).toBe(0)
    await desk.put('my-odds', { ...whole, selections: [first], complete: true })
    expect(desk.count('removed')).toBe(1)
  })

  it('may be said to be gone', async () => {
    const desk = pushing()
    await desk.put('my-odds', ownMarket('m1', 1.9))
    expect(await desk.put('my-odds', { kind: 'gone', marketId: 'm1', topic: 'sports' })).toMatchObject({ accepted: 1 })
    expect(desk.count('removed')).toBe(2)
    expect([...desk.books.values()]).toMatchObject([{ status: 'closed' }])
  })

  it('observed it no later than we do, whatever it says', async () => {
    const desk = pushing()
    const nowMs = desk.clock.nowMs()
    await desk.put('my-odds', [
      { ...ownMarket('m1', 1.9), observedAtMs: nowMs + 60_000, unchangedUntilMs: nowMs + 60_000 },
      { ...ownMarket('m2', 1.9), observedAtMs: nowMs - 60_000, unchangedUntilMs: nowMs - 70_000 },
    ])
    expect(desk.messages).toMatchObject([
      { observedAtMs: nowMs, unchangedUntilMs: nowMs },
      { observedAtMs: nowMs - 60_000, unchangedUntilMs: nowMs - 70_000 },
    ])
  })

  it('carries no address that is not the web’s', async () => {
    const desk = pushing()
    const market = { name: 'M', url: 'javascript:alert(1)', image: 'https://pictures.example/1.png' }
    await desk.put('my-odds', { ...ownMarket('m1', 1.9), market })
    expect([...desk.books.values()]).toMatchObject([{ url: null, image: 'https://pictures.example/1.png' }])
  })

  it('costs only itself when it cannot be read: its neighbours go on, and it is kept with the reason, once (I7)', async () => {
    const desk = pushing()
    const good = ownMarket('good', 1.9)
    const bad = {
      'message: selections: 0.5 is no decimal price': ownMarket('bad', 0.5),
      'topic: "weather" is none; there are politics, sports': { ...good, topic: 'weather' },
      'topic: missing; there are politics, sports': { ...good, topic: undefined },
      'feed: not my-odds, to which it was pushed': { ...good, feed: 'other' },
      'marketId: missing': { ...good, marketId: undefined },
      'message: expected object': 'good',
      'asOfMs: 3600000 ms ahead of our clock': { ...good, asOfMs: desk.clock.nowMs() + 3_600_000 },
    }
    const body = [good, ...Object.values(bad)]
    for (let time = 0; time < 2; time++) {
      const answer = await desk.put('my-odds', body)
      expect(answer).toMatchObject({ status: 202, accepted: 1, rejected: 7 })
      expect(answer.results?.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))).toEqual(Object.keys(bad))
      expect(answer.results?.map(({ marketId }) => marketId)).toEqual([
        'my-odds:good',
        'my-odds:bad',
        'my-odds:good',
        'my-odds:good',
        'my-odds:good',
        null,
        null,
        'my-odds:good',
      ])
    }
    expect([...desk.books.keys()]).toEqual(['my-odds:good'])
    expect(desk.letters.map(({ reason }) => reason).sort()).toEqual(Object.keys(bad).sort())
    expect(desk.letters[0]).toMatchObject({ hub: 'collect:my-odds', feed: 'my-odds' })
  })

  it('is told to be too large when no batch of the hub holds it', async () => {
    const desk = pushing()
    const letter = { id: 'x', hub: 'collect:my-odds', feed: 'my-odds', body: '{}', atMs: 1 }
    const tooLarge = [{ ...letter, marketId: 'my-odds:m2', reason: 'larger than an event hub takes' }] as never
    desk.hub = { kind: 'published', tooLarge }
    expect(await desk.put('my-odds', [ownMarket('m1', 1.9), ownMarket('m2', 1.9)])).toMatchObject({
      status: 202,
      accepted: 1,
      rejected: 1,
      results: [{ status: 'accepted' }, { status: 'rejected', reason: 'larger than an event hub takes' }],
    })
    expect(desk.letters).toHaveLength(1)
  })

  it('is taken although the store is away: letters and health can wait, prices cannot', async () => {
    const desk = pushing()
    desk.storeWorks = false
    expect(await desk.put('my-odds', [ownMarket('m1', 1.9), ownMarket('bad', 0.5)])).toMatchObject({ status: 202, accepted: 1 })
    desk.storeWorks = true
    await desk.put('my-odds', [ownMarket('bad', 0.5)])
    expect(desk.letters).toHaveLength(1)
  })
})

describe('a push as a whole', () => {
  it('is refused for what it is, with a status and what to do', async () => {
    const desk = pushing()
    const market = JSON.stringify(ownMarket('m1', 1.9))
    const answers = [
      [await desk.putText('My_Odds', market), 400, 'No feed name'],
      [await desk.putText('x'.repeat(65), market), 400, 'No feed name'],
      [await desk.putText('predictit', market), 409, 'Not a pushing feed'],
      [await desk.putText('my-odds', '{"marketId":'), 400, 'Not JSON'],
      [await desk.putText('my-odds', new Uint8Array([34, 0xff, 34])), 400, 'Not JSON'],
      [await desk.putText('my-odds', ''), 400, 'Not JSON'],
      [await desk.putText('my-odds', '{"prices":[]}'), 400, 'Not odds'],
      [await desk.putText('my-odds', 'null'), 400, 'Not odds'],
      [await desk.putText('my-odds', '{"markets":null}'), 400, 'Not odds'],
      [await desk.putText('my-odds', `[${market.padEnd(1_048_575)}]`), 413, 'Too large'],
      [await desk.putText('my-odds', market, '1048577'), 413, 'Too large'],
      [
        await desk.put(
          'my-odds',
          Array.from({ length: 1_001 }, () => 0),
        ),
        413,
        'Too many markets',
      ],
      [await desk.put('my-odds', [ownMarket('bad', 0.5)]), 400, 'Nothing accepted'],
    ] as const
    for (const [answer, status, title] of answers) {
      expect(answer).toMatchObject({ status, title, headers: { 'content-type': 'application/problem+json' } })
      expect(answer.detail).toMatch(/\w{3}/)
    }
    expect(desk.messages).toEqual([])
    expect(answers.at(-1)?.[0]).toMatchObject({ accepted: 0, rejected: 1, results: [{ index: 0, marketId: 'my-odds:bad' }] })
  })

  it('that says nothing of its length is counted', async () => {
    const desk = pushing()
    const market = JSON.stringify(ownMarket('m1', 1.9))
    expect(await desk.putText('my-odds', market, null)).toMatchObject({ status: 202 })
    expect(await desk.putText('my-odds', market.padEnd(1_048_577), null)).toMatchObject({ status: 413 })
  })

  it('is to come again later while the hub is busy or away, and then loses nothing', async () => {
    const desk = pushing()
    desk.hub = { kind: 'busy', reason: 'more than the throughput units' }
    expect(await desk.put('my-odds', ownMarket('m1', 1.9))).toMatchObject({ status: 429, headers: { 'retry-after': '4' } })
    desk.hub = { kind: 'away', reason: 'connect ECONNREFUSED 10.0.0.7' }
    const away = await desk.put('my-odds', ownMarket('m1', 1.9))
    expect(away).toMatchObject({ status: 503, headers: { 'retry-after': '5' } })
    expect(JSON.stringify(away)).not.toContain('10.0.0.7')
    desk.hub = undefined
    await desk.put('my-odds', ownMarket('m1', 1.9))
    expect(desk.count('opened')).toBe(2)
  })
})
