import { expect, it } from 'vitest'

import { readEnvironment } from '../../../infra/azure/environments.ts'
import { describeAzure } from './describe-azure.ts'

/** The way to one field, what somebody wrote there, and what the complaint says. */
const slips: readonly [path: string, value: unknown, says: RegExp][] = [
  ['name', 'Prod-West', /name: takes 2 to 8 lower-case letters/],
  ['suffix', 'way-too-long', /suffix: takes 2 to 6/],
  ['location', 'West Europe', /location: takes the name of an Azure region/],
  ['protect', 'yes', /protect: expected boolean/],
  ['feeds.polled', ['Predict It'], /feeds\.polled\.0: takes names of feeds/],
  ['settings', { FUNCTIONS_WORKER_RUNTIME: 'node' }, /settings: takes settings of the app’s own/],
  ['settings', { EVENT_HUBS: 'Endpoint=' }, /settings: takes settings/],
  ['settings', { ODDS_API_KEY: 'abc' }, /what is a secret cannot be among settings/],
  ['settings', { NEGOTIATE: 'authenticated' }, /nobody can sign in/],
  ['secrets', ['FEEDS'], /secrets\.0: takes names/],
  ['tickTtlDays', 0, /tickTtlDays: takes a whole number from 1/],
  ['eventHubs', { capacityUnits: 4, maxCapacityUnits: 2, retentionHours: 24 }, /eventHubs: maxCapacityUnits is below/],
  ['eventHubs.retentionHours', 999_999, /retentionHours: takes a whole number from 1 to 168/],
  ['cosmos', { kind: 'serverless', maxThroughput: 4000 }, /cosmos/],
  ['cosmos', { kind: 'autoscale', maxThroughput: 1500 }, /whole thousands/],
  ['webPubSub', { sku: 'Free_F1', units: 2 }, /free tier has one unit/],
  ['webPubSub', { sku: 'Standard_S1', units: 15 }, /units come in tens/],
  ['functions.nodeVersion', '99', /nodeVersion/],
  ['functions.instanceMemoryMb', 777, /instanceMemoryMb/],
  ['functions.maxInstances', 10, /maxInstances: takes a whole number from 40/],
  ['alerts.emails', ['nobody'], /emails\.0: takes e-mail addresses/],
  ['alerts.budgetFrom', '2026-12-15', /budgetFrom: takes the first of a month/],
  ['readersGroupId', 'analysts', /readersGroupId: takes an object id/],
  ['colour', 'blue', /unknown: colour/],
]

describeAzure('an environment', ({ rawEnvironments }) => {
  it.each(slips)('with %s = %j is refused, and told why', (path, value, says) => {
    const raw = structuredClone(rawEnvironments['prod'] ?? {})
    const names = path.split('.')
    const last = names.pop() ?? ''
    const parent = names.reduce((at, name) => at[name] as Record<string, unknown>, raw)
    parent[last] = value
    expect(() => readEnvironment(raw)).toThrow(says)
  })

  it('with several slips is told all of them at once', () => {
    const raw = { ...rawEnvironments['prod'], suffix: 'way-too-long', location: 'West Europe', tickTtlDays: -1 }
    expect(() => readEnvironment(raw)).toThrow(/suffix[^]*location[^]*tickTtlDays/)
  })

  it.each(Object.entries(rawEnvironments))('%s is as its file is called', (name, raw) => {
    expect(readEnvironment(raw).name).toBe(name)
  })
})
