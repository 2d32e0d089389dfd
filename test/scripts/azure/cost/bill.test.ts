import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import {
  billOf,
  type LineName,
  type Readers,
  round,
  secondsPerMonth,
  unitsThatThereAre,
} from '../../../../scripts/azure/cost/bill.ts'
import { listPrices, type Prices } from '../../../../scripts/azure/cost/prices.ts'
import { asInProd, type Choices, type Usage } from '../../../../scripts/azure/cost/usage.ts'

/** Round prices, so that every sum can be done in one's head. */
const prices: Prices = {
  ...listPrices(),
  eventHubs: { throughputUnitHour: 1, millionEvents: 10, source: '' },
  cosmos: { serverlessMillionRequestUnits: 1, autoscaleHundredPerHour: 0.1, gigabyteMonth: 2, source: '' },
  webPubSub: { standardUnitDay: 10, premiumUnitDay: 20, includedMillionMessagesPerUnitDay: 0, millionMessages: 1, source: '' },
  functions: {
    onDemandGigabyteSecond: 3 / secondsPerMonth,
    alwaysReadyBaselineGigabyteSecond: 1 / secondsPerMonth,
    alwaysReadyGigabyteSecond: 1 / secondsPerMonth,
    millionExecutions: 0,
    freeGigabyteSeconds: 0,
    freeExecutions: 0,
    source: '',
  },
  storage: { tenThousandOtherOperations: 1e4 / secondsPerMonth, tenThousandListOperations: 0, source: '' },
  logs: { gigabyte: 1, freeGigabytes: 0, source: '' },
  egress: {
    freeGigabytes: 10,
    tiers: [
      { upToGigabytes: 100, gigabyte: 2 },
      { upToGigabytes: null, gigabyte: 1 },
    ],
    source: '',
  },
}
const nothing: Usage = {
  ticksPerSecond: 0,
  hub: { messages: 0, bytes: 0 },
  requestUnits: { work: 0, polls: 0 },
  tickBytes: 0,
  executions: {},
  browserBytes: 0,
  session: { requests: 0, requestUnits: 0, bytes: 0 },
}
const choices: Choices = { ...asInProd([]), feeds: 0 }
const readers: Readers = { functions: 4, ofOneHub: 2, partitions: 8 }

function line(
  name: LineName,
  usage: Partial<Usage>,
  { browsers = 0, chosen = {} }: { browsers?: number; chosen?: Partial<Choices> } = {},
) {
  const { lines } = billOf({ ...nothing, ...usage }, browsers, { ...choices, ...chosen }, prices, readers)
  const { usd = Number.NaN, because = '' } = lines.find((one) => one.name === name) ?? {}
  return { usd, because }
}
const perMonth = (perSecond: number) => (perSecond * secondsPerMonth) / 1e6

describe('a month of Event Hubs', () => {
  it('is a throughput unit at least, and the events', () => {
    expect(line('Event Hubs', {}).usd).toBe(730)
    expect(line('Event Hubs', { hub: { messages: 100, bytes: 1_000 } }).usd).toBeCloseTo(730 + perMonth(100) * 10)
  })

  it('takes as many units as come in or go out, to each of the two that read', () => {
    expect(line('Event Hubs', { hub: { messages: 2_001, bytes: 0 } }).because).toContain('3 throughput units')
    expect(line('Event Hubs', { hub: { messages: 1, bytes: 1_500_000 } }).because).toContain('2 throughput units')
    const three = { ...readers, ofOneHub: 6 }
    const { lines } = billOf({ ...nothing, hub: { messages: 1, bytes: 1_000_000 } }, 0, choices, prices, three)
    expect(lines[0]?.because).toContain('3 throughput units')
  })
})

describe('a month of Cosmos DB', () => {
  it('is serverless or autoscale, whichever costs less', () => {
    expect(line('Cosmos DB', { requestUnits: { work: 1, polls: 1 } })).toEqual({
      usd: perMonth(2),
      because: '2 RU/s, serverless; 0 GB of ticks',
    })
    // Twice the mean, in whole hundreds: 2,000 RU/s.
    expect(line('Cosmos DB', { requestUnits: { work: 900, polls: 100 } })).toEqual({
      usd: expect.closeTo(20 * 0.1 * 730) as number,
      because: '1,000 RU/s, autoscale; 0 GB of ticks',
    })
  })

  it('keeps ticks as long as they are kept', () => {
    const usage = { ticksPerSecond: 1, tickBytes: 1_000 }
    expect(line('Cosmos DB', usage, { chosen: { tickTtlDays: 10 } }).usd).toBeCloseTo(0.864 * 2)
  })

  it('answers browsers that begin', () => {
    const session = { ...nothing.session, requestUnits: 36 }
    expect(line('Cosmos DB', { session }, { browsers: 100 }).because).toContain('1 RU/s')
  })
})

describe('a month of Web PubSub', () => {
  it('has units for its connections and for its bytes, and 2 KB are a message', () => {
    expect(line('Web PubSub', { browserBytes: 2_048 }, { browsers: 1_000 })).toEqual({
      usd: expect.closeTo((730 / 24) * 10 + perMonth(1_000)) as number,
      because: '1 Standard unit, 2,628 M messages',
    })
    expect(line('Web PubSub', {}, { browsers: 3_001 }).because).toContain('4 Standard units')
    expect(line('Web PubSub', { browserBytes: 6_000 }, { browsers: 5_000 }).because).toContain('5 Standard units')
    expect(line('Web PubSub', { browserBytes: 60_000 }, { browsers: 11_000 }).because).toContain('200 Premium units')
  })

  it('says when no service has as many units', () => {
    expect(line('Web PubSub', {}, { browsers: 1_000_001 }).because).toContain('(more than a service has: 2 of them)')
  })

  it('has units as they can be had', () => {
    expect([0, 1, 1.1, 10, 10.1, 95, 100, 100.1, 999].map(unitsThatThereAre)).toEqual([1, 1, 2, 10, 20, 100, 100, 200, 1_000])
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1_000, noNaN: true }), (needed) => {
        expect(unitsThatThereAre(needed)).toBeGreaterThanOrEqual(needed)
      }),
    )
  })
})

describe('a month of Functions', () => {
  const executions = { dedupePolitics: 5, fanoutFeeds: 0.25 }

  it('counts an execution for a second at least, in instances of its own', () => {
    // 1 + 0.25 instances of 2 GB, at 3 a GB and month.
    expect(line('Functions', { executions }).usd).toBeCloseTo(1.25 * 2 * 3)
    expect(line('Functions', { executions }, { chosen: { memoryGb: 0.5 } }).usd).toBeCloseTo(1.25 * 0.5 * 3)
  })

  it('of which one is warm costs its baseline, and less for what it does', () => {
    expect(line('Functions', { executions }, { chosen: { warm: ['dedupePolitics'] } }).usd).toBeCloseTo(
      1 * 2 * (1 + 1) + 0.25 * 2 * 3,
    )
  })

  it('polls feeds, and answers browsers', () => {
    expect(line('Functions', {}, { chosen: { feeds: 3, pollEverySeconds: 60 } }).usd).toBeCloseTo((3 / 60) * 2 * 3)
    const session = { ...nothing.session, requests: 7 }
    // 0.7 requests a second, then 700: three and a half instances.
    expect(line('Functions', { session }, { browsers: 360 }).usd).toBeCloseTo(0.7 * 2 * 3)
    expect(line('Functions', { session }, { browsers: 360_000 }).usd).toBeCloseTo(3.5 * 2 * 3)
  })

  it('has some for nothing', () => {
    const free = { ...prices, functions: { ...prices.functions, freeGigabyteSeconds: secondsPerMonth } }
    const { lines } = billOf({ ...nothing, executions }, 0, choices, free, readers)
    expect(lines.find(({ name }) => name === 'Functions')?.usd).toBeCloseTo((1.25 * 2 - 1) * 3)
  })
})

describe('a month of the rest', () => {
  const executions = { dedupePolitics: 5, detectPolitics: 5, fanoutTicks: 25 }

  it('has a checkpoint a batch of those that read hubs, or one in ten', () => {
    const ownerships = (4 * 8) / 30
    expect(line('Storage', { executions }).usd).toBeCloseTo(10 + ownerships)
    expect(line('Storage', { executions }, { chosen: { checkpointEvery: 10 } }).usd).toBeCloseTo(1 + ownerships)
  })

  it('logs what the host lets through, up to the day’s quota', () => {
    // 20 + 20 + 20 items of 1 KB a second: 158 GB; 2 GB a day are 61.
    expect(line('Logs', { executions }).usd).toBeCloseTo((730 / 24) * 2)
    expect(line('Logs', { executions }).because).toContain("the day's quota is used up")
    expect(line('Logs', { executions: { fanoutFeeds: 0.25 } }).usd).toBeCloseTo((1_000 * secondsPerMonth) / 1e9)
    expect(line('Logs', { executions: { fanoutFeeds: 0.25 } }, { chosen: { logShare: 0.1 } }).usd).toBeCloseTo(
      (100 * secondsPerMonth) / 1e9,
    )
  })

  it('sends bytes out at tiers, the first of them for nothing', () => {
    const gb = (amount: number) => ({ browserBytes: (amount * 1e9) / secondsPerMonth })
    const usd = (amount: number) => line('Egress', gb(amount), { browsers: 1 }).usd
    expect([5, 10, 60, 100, 150].map(usd).map(Math.round)).toEqual([0, 0, 100, 180, 230])
  })

  it('adds up', () => {
    const { lines, usd } = billOf({ ...nothing, executions }, 10, choices, prices, readers)
    expect(usd).toBeCloseTo(lines.reduce((sum, one) => sum + one.usd, 0))
  })
})

describe('a number', () => {
  it('is told by three digits, or by all before the point', () => {
    expect([0, 0.1234, 1.237, 12.34, 123.4, 1_234.5, 1_234_567].map(round)).toEqual([
      '0',
      '0.123',
      '1.24',
      '12.3',
      '123',
      '1,235',
      '1,234,567',
    ])
  })
})

describe('the list of prices', () => {
  it('is whole, dated, and says of each where it is from', () => {
    const { readOn, eventHubs, cosmos, webPubSub, functions, storage, logs, egress } = listPrices()
    expect(Number.isNaN(Date.parse(readOn))).toBe(false)
    for (const { source } of [eventHubs, cosmos, webPubSub, functions, storage, logs, egress])
      expect(source).toMatch(/20\d\d|learn/)
    expect(egress.tiers.at(-1)?.upToGigabytes).toBeNull()
  })
})
