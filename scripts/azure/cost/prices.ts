import { readFileSync } from 'node:fs'
import path from 'node:path'

import * as v from '@badrap/valita'

const price = v.number().assert((usd) => usd >= 0, 'no price')
const source = v.string()
const schema = v.object({
  currency: v.literal('USD'),
  region: v.string(),
  readOn: v.string().assert((day) => /^\d{4}-\d{2}-\d{2}$/.test(day), 'no day'),
  note: v.string(),
  eventHubs: v.object({ throughputUnitHour: price, millionEvents: price, source }),
  cosmos: v.object({ serverlessMillionRequestUnits: price, autoscaleHundredPerHour: price, gigabyteMonth: price, source }),
  webPubSub: v.object({
    standardUnitDay: price,
    premiumUnitDay: price,
    includedMillionMessagesPerUnitDay: price,
    millionMessages: price,
    source,
  }),
  functions: v.object({
    onDemandGigabyteSecond: price,
    alwaysReadyBaselineGigabyteSecond: price,
    alwaysReadyGigabyteSecond: price,
    millionExecutions: price,
    freeGigabyteSeconds: price,
    freeExecutions: price,
    source,
  }),
  storage: v.object({ tenThousandOtherOperations: price, tenThousandListOperations: price, source }),
  logs: v.object({ gigabyte: price, freeGigabytes: price, source }),
  egress: v.object({
    freeGigabytes: price,
    tiers: v.array(v.object({ upToGigabytes: price.nullable(), gigabyte: price })),
    source,
  }),
})

/** In US dollars. A day's table: `readOn` says which. */
export type Prices = v.Infer<typeof schema>

export const listPrices = (): Prices =>
  schema.parse(JSON.parse(readFileSync(path.join(import.meta.dirname, '../prices.json'), 'utf8')), { mode: 'strict' })
