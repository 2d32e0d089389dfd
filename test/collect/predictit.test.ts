import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { parseSnapshot } from '../../functions/book/wire.ts'
import type { Poll } from '../../functions/collect/feed.ts'
import { readMarkets } from '../../functions/collect/predictit/read.ts'
import { type Json, type JsonObject, predictItBody } from '../support/predictit.ts'

const observedAtMs = Date.UTC(2031, 6, 11, 17, 14, 3)
const read = (json: unknown) => readMarkets(json, observedAtMs, null)

function complete(json: unknown): Extract<Poll, { kind: 'complete' }> {
  const poll = read(json)
  if (poll.kind !== 'complete') throw new Error(`expected a complete poll, got ${JSON.stringify(poll)}`)
  return poll
}

/** The first market, changed; what the poll says of it. */
function withMarket(change: (market: JsonObject & { contracts: JsonObject[] }) => void) {
  const body = predictItBody()
  change(body.markets[0])
  const poll = read(body)
  if (poll.kind !== 'complete' && poll.kind !== 'partial') throw new Error(`expected a listing, got ${JSON.stringify(poll)}`)
  return { poll, first: poll.snapshots.find((snapshot) => snapshot.marketId === 'predictit:9001') }
}

describe('a PredictIt market', () => {
  it('becomes a snapshot in our words', () => {
    const [market] = complete(predictItBody()).snapshots
    expect(market).toEqual({
      marketId: 'predictit:9001',
      feed: 'predictit',
      topic: 'politics',
      asOfMs: observedAtMs,
      observedAtMs,
      publishedAtMs: Date.UTC(2031, 6, 11, 17, 13, 32, 986),
      complete: true,
      priceFormat: 'probability',
      market: {
        name: 'Who will win the Port Ellery mayoral election?',
        url: 'https://venue.example/markets/detail/9001/port-ellery-mayor',
        image: 'https://pictures.example/markets/9001.jpg',
        status: 'open',
        fixture: null,
      },
      selections: [
        {
          id: 'predictit:91001',
          name: 'Nadia Crane',
          image: 'https://pictures.example/selections/91001.png',
          quotes: [
            {
              bookmaker: 'predictit',
              last: 0.61,
              back: 0.62,
              lay: 0.6,
              point: null,
              status: 'open',
              outcome: null,
              publishedAtMs: null,
            },
          ],
        },
        {
          id: 'predictit:91002',
          name: 'Beatrix Sorrell (withdrawn)',
          image: 'https://pictures.example/selections/91002.png',
          quotes: [
            {
              bookmaker: 'predictit',
              last: 0.39,
              back: null,
              lay: 0.37,
              point: null,
              status: 'suspended',
              outcome: null,
              publishedAtMs: null,
            },
          ],
        },
        {
          id: 'predictit:91003',
          name: 'Owen Tully',
          image: 'https://pictures.example/selections/91003.png',
          quotes: [
            {
              bookmaker: 'predictit',
              last: null,
              back: 0.02,
              lay: null,
              point: null,
              status: 'open',
              outcome: null,
              publishedAtMs: null,
            },
          ],
        },
      ],
    })
  })

  it('may have a single contract, which carries its name', () => {
    const market = complete(predictItBody()).snapshots[1]
    expect(market?.selections.map((selection) => selection.name)).toEqual([market?.market.name])
  })

  it('is ordered by our clock even when its own is unreadable or missing', () => {
    for (const timeStamp of ['tomorrow', 5, null, undefined]) {
      const { first } = withMarket((market) => Object.assign(market, { timeStamp }))
      expect(first).toMatchObject({ asOfMs: observedAtMs, publishedAtMs: null })
    }
  })

  it.each([
    ['Open', 'open'],
    ['OPEN', 'open'],
    ['Closed', 'closed'],
    ['Resolved', 'settled'],
    ['Paused', 'suspended'],
    ['a word we do not know', 'suspended'],
  ])('whose status is "%s" is %s, and so are its quotes unless they are suspended alone', (word, status) => {
    const { first } = withMarket((market) => Object.assign(market, { status: word }))
    expect(first?.market.status).toBe(status)
    expect(first?.selections[0]?.quotes[0]?.status).toBe(status)
    expect(first?.selections[1]?.quotes[0]?.status).toBe(status === 'open' ? 'suspended' : status)
  })

  it('loses an address that is not one of the web', () => {
    const { first } = withMarket((market) => Object.assign(market, { url: 'javascript:alert(1)', image: 7 }))
    expect(first?.market).toMatchObject({ url: null, image: null })
  })

  it('may bring fields that we have never heard of', () => {
    const { poll } = withMarket((market) => Object.assign(market, { volume: 7, tags: ['new'] }))
    expect(poll.rejected).toEqual([])
    expect(poll.drift?.unknown.map(({ field }) => field)).toEqual(['market.volume', 'market.tags'])
  })

  it('tells of no drift while it is as we know it, and of fields that are gone from all', () => {
    expect(complete(predictItBody()).drift).toEqual({ unknown: [], vanished: [] })
    const body = predictItBody()
    for (const contract of body.markets.flatMap((market) => market.contracts)) delete contract['dateEnd']
    expect(complete(body).drift).toEqual({ unknown: [], vanished: ['contract.dateEnd'] })
  })
})

describe('a PredictIt market that cannot be read', () => {
  it('costs nobody but itself, says what was wrong with it, and still counts as listed (I7, I10)', () => {
    const { poll } = withMarket((market) => {
      delete market.contracts[1]?.['bestBuyYesCost']
    })
    expect(poll.kind).toBe('complete')
    expect(poll.snapshots.map((snapshot) => snapshot.marketId)).toEqual(['predictit:9002'])
    expect(poll.rejected).toMatchObject([{ marketId: 'predictit:9001', reason: 'contracts.1.bestBuyYesCost: missing' }])
    expect(JSON.parse(poll.rejected[0]?.body ?? '')).toMatchObject({ id: 9001 })
  })

  it.each<[string, (market: JsonObject & { contracts: JsonObject[] }) => void]>([
    ['a price above 1', (market) => Object.assign(market.contracts[0] ?? {}, { bestBuyYesCost: 62 })],
    ['a price in words', (market) => Object.assign(market.contracts[0] ?? {}, { lastTradePrice: '0.62' })],
    ['no contracts', (market) => Object.assign(market, { contracts: [] })],
    ['a contract listed twice', (market) => Object.assign(market, { contracts: [market.contracts[0], market.contracts[0]] })],
    ['an empty name', (market) => Object.assign(market, { name: ' \n' })],
  ])('for %s is rejected', (_, change) => {
    const { poll, first } = withMarket(change)
    expect(first).toBeUndefined()
    expect(poll).toMatchObject({ kind: 'complete', rejected: [{ marketId: 'predictit:9001' }] })
  })

  it('says when not even its id can be read', () => {
    const { poll } = withMarket((market) => Object.assign(market, { id: 'nine thousand' }))
    expect(poll).toMatchObject({
      kind: 'complete',
      rejected: [{ marketId: null }],
    })
    expect(poll.snapshots.map((snapshot) => snapshot.marketId)).toEqual(['predictit:9002'])
  })

  it('is one that came before under the same id', () => {
    const { markets } = predictItBody()
    const poll = complete({ markets: [...markets, markets[0]] })
    expect(poll.snapshots).toHaveLength(2)
    expect(poll.rejected).toMatchObject([{ marketId: 'predictit:9001', reason: 'listed twice' }])
  })

  it('never lets through what the next stage would refuse, nor takes a healthy market with it', () => {
    fc.assert(
      fc.property(damage, ({ target, field, fault }) => {
        const body = predictItBody()
        const [market] = body.markets
        const victim = target === 'market' ? market : market.contracts[target]
        if (victim !== undefined) spoil(victim, field, fault)
        const poll = read(body)
        if (poll.kind !== 'complete' && poll.kind !== 'partial') throw new Error(poll.kind)
        expect(poll.snapshots.map((snapshot) => snapshot.marketId)).toContain('predictit:9002')
        expect(poll.snapshots.length + poll.rejected.length).toBe(2)
        for (const snapshot of poll.snapshots) expect(parseSnapshot(snapshot)).toEqual({ ok: true, value: snapshot })
      }),
      { numRuns: 500 },
    )
  })
})

describe('an answer that is no list of markets', () => {
  it.each([[null], [[]], ['markets'], [{}], [{ markets: null }], [{ Markets: [] }], [{ markets: {} }]])(
    '%j is a failure',
    (json) => {
      expect(read(json)).toMatchObject({ kind: 'failed', reason: expect.stringContaining('not its list of markets') as string })
    },
  )

  it('is also an empty one: not every market ends at once', () => {
    expect(read({ markets: [] })).toMatchObject({ kind: 'failed', reason: expect.stringContaining('no market at all') as string })
  })

  it('and one of which nothing can be read is no complete poll', () => {
    expect(read({ markets: [{ id: 1 }, { id: 2 }] })).toMatchObject({
      kind: 'partial',
      reason: expect.stringContaining('none of 2 markets could be read') as string,
    })
  })
})

type Fault = { kind: 'missing' } | { kind: 'renamed' } | { kind: 'replaced'; by: Json }

const damage = fc.record({
  target: fc.constantFrom<'market' | 0 | 1 | 2>('market', 0, 1, 2),
  field: fc.nat(20),
  fault: fc.oneof(
    fc.constant<Fault>({ kind: 'missing' }),
    fc.constant<Fault>({ kind: 'renamed' }),
    fc.record({
      kind: fc.constant('replaced' as const),
      by: fc.oneof(fc.jsonValue() as fc.Arbitrary<Json>, fc.constant<Json>(null)),
    }),
  ),
})

function spoil(victim: JsonObject, field: number, fault: Fault): void {
  const names = Object.keys(victim)
  const name = names[field % names.length] ?? 'id'
  const value = victim[name] ?? null
  if (fault.kind === 'replaced') victim[name] = fault.by
  else delete victim[name]
  if (fault.kind === 'renamed') victim[name.toUpperCase()] = value
}
