import type { Prices } from './prices.ts'
import type { Choices, Usage } from './usage.ts'

/** A line of the month's bill, and what it is made of. */
export type Line = { name: LineName; usd: number; because: string }
export type LineName = 'Event Hubs' | 'Cosmos DB' | 'Web PubSub' | 'Functions' | 'Storage' | 'Logs' | 'Egress'
export type Bill = { lines: readonly Line[]; usd: number; webPubSubServices: number }

export const hoursPerMonth = 730
export const secondsPerMonth = hoursPerMonth * 3_600
const daysPerMonth = hoursPerMonth / 24
const [million, gigabyte] = [1e6, 1e9]

/** An hour is billed by its busiest second, which is taken to be so many times the mean. */
export const peakOverMean = 2
/** A browser stays so long, and then another comes. */
export const sessionSeconds = 3_600
/** As Microsoft's performance guide has it, for broadcasts of 2 KB: 3,000 messages a second and unit. */
export const unitBytesPerSecond = 6_000_000
export const connectionsPerUnit = 1_000
/** More than that are another service of their own. */
export const mostUnits = 1_000
/** Requests that one instance answers at the same pace as they come. */
const requestsPerInstanceSecond = 200
/** Who owns a partition is written down again this often, by each of the functions that read it. */
const ownershipEverySeconds = 30
/** What the host tells Application Insights of an execution: the request, its begin and end, and our line. Beyond 20 a second and instance it samples. */
const itemsPerExecution = 4
const bytesPerItem = 1_000
const mostItemsPerSecond = 20
const serverlessMostRequestUnits = 5_000

/** Functions that read hubs, how many of them read the same hub, and the partitions of each. */
export type Readers = { functions: number; ofOneHub: number; partitions: number }

/** A month of it, every second alike. */
export function billOf(usage: Usage, browsers: number, choices: Choices, prices: Prices, readers: Readers): Bill {
  const webPubSub = webPubSubLine(usage.browserBytes * browsers, browsers, prices)
  const lines = [
    eventHubsLine(usage, readers, prices),
    cosmosLine(usage, browsers, choices, prices),
    webPubSub.line,
    functionsLine(usage, browsers, choices, prices),
    storageLine(usage, choices, readers, prices),
    logsLine(usage, choices, prices),
    egressLine(usage, browsers, prices),
  ]
  return { lines, usd: lines.reduce((sum, { usd }) => sum + usd, 0), webPubSubServices: webPubSub.services }
}

/** A unit takes in 1 MB or 1,000 events a second and gives out 2 MB: each event as often as somebody reads it. */
function eventHubsLine({ hub }: Usage, { ofOneHub }: Readers, { eventHubs }: Prices): Line {
  const units = Math.max(1, Math.ceil(Math.max(hub.bytes / 1e6, hub.messages / 1_000, (hub.bytes * ofOneHub) / 2e6)))
  const events = (hub.messages * secondsPerMonth) / million
  const usd = units * eventHubs.throughputUnitHour * hoursPerMonth + events * eventHubs.millionEvents
  return { name: 'Event Hubs', usd, because: `${units} throughput unit${units === 1 ? '' : 's'}, ${round(events)} M events` }
}

function cosmosLine(usage: Usage, browsers: number, { tickTtlDays }: Choices, { cosmos }: Prices): Line {
  const { work, polls } = usage.requestUnits
  const perSecond = work + polls + (usage.session.requestUnits * browsers) / sessionSeconds
  const serverless = ((perSecond * secondsPerMonth) / million) * cosmos.serverlessMillionRequestUnits
  // At least a tenth of the maximum, and that is 1,000 at least.
  const billed = Math.max(100, Math.ceil((perSecond * peakOverMean) / 100) * 100)
  const autoscale = (billed / 100) * cosmos.autoscaleHundredPerHour * hoursPerMonth
  const fits = perSecond * peakOverMean <= serverlessMostRequestUnits
  const kind = fits && serverless <= autoscale ? 'serverless' : 'autoscale'
  const storedGb = (usage.ticksPerSecond * 86_400 * tickTtlDays * usage.tickBytes) / gigabyte
  const usd = (kind === 'serverless' ? serverless : autoscale) + storedGb * cosmos.gigabyteMonth
  return { name: 'Cosmos DB', usd, because: `${round(perSecond)} RU/s, ${kind}; ${round(storedGb)} GB of ticks` }
}

function webPubSubLine(bytesPerSecond: number, browsers: number, { webPubSub }: Prices): { line: Line; services: number } {
  const messages = (bytesPerSecond * secondsPerMonth) / 2_048 / million
  const needed = Math.max(browsers / connectionsPerUnit, bytesPerSecond / unitBytesPerSecond)
  const units = unitsThatThereAre(needed)
  const isPremium = units > 100
  const days = units * (isPremium ? webPubSub.premiumUnitDay : webPubSub.standardUnitDay) * daysPerMonth
  const included = units * webPubSub.includedMillionMessagesPerUnitDay * daysPerMonth
  const usd = days + Math.max(0, messages - included) * webPubSub.millionMessages
  const services = Math.ceil(units / mostUnits)
  const many = services > 1 ? ` (more than a service has: ${services} of them)` : ''
  const because = `${units} ${isPremium ? 'Premium' : 'Standard'} unit${units === 1 ? '' : 's'}${many}, ${round(messages)} M messages`
  return { line: { name: 'Web PubSub', usd, because }, services }
}

/** One by one to ten, in tens to a hundred, in hundreds above. */
export function unitsThatThereAre(needed: number): number {
  const step = needed <= 10 ? 1 : needed <= 100 ? 10 : 100
  return Math.max(1, Math.ceil(needed / step) * step)
}

/**
 * Each function has instances of its own, and an execution counts for a second at least: one that runs once a second is as good as always
 * at work. Requests share theirs.
 */
function functionsLine(usage: Usage, browsers: number, choices: Choices, { functions }: Prices): Line {
  const requests = (usage.session.requests * browsers) / sessionSeconds
  const rates: [name: string, perSecond: number][] = [
    ...Object.entries(usage.executions),
    ...Array.from({ length: choices.feeds }, (_, i): [string, number] => [`collect ${i}`, 1 / choices.pollEverySeconds]),
  ]
  const httpInstances = Math.max(Math.min(1, requests), requests / requestsPerInstanceSecond)
  const busy = (perSecond: number) => Math.min(1, perSecond) * choices.memoryGb * secondsPerMonth
  let [onDemand, warm, baseline] = [httpInstances * choices.memoryGb * secondsPerMonth, 0, 0]
  for (const [name, perSecond] of rates) {
    if (choices.warm.includes(name)) {
      warm += busy(perSecond)
      baseline += choices.memoryGb * secondsPerMonth
    } else onDemand += busy(perSecond)
  }
  const executions = (rates.reduce((sum, [, perSecond]) => sum + perSecond, 0) + requests) * secondsPerMonth
  const usd =
    Math.max(0, onDemand - functions.freeGigabyteSeconds) * functions.onDemandGigabyteSecond +
    warm * functions.alwaysReadyGigabyteSecond +
    baseline * functions.alwaysReadyBaselineGigabyteSecond +
    (Math.max(0, executions - functions.freeExecutions) / million) * functions.millionExecutions
  const because = `${round((onDemand + warm) / million)} M GB-s, ${round(executions / million)} M executions`
  return { name: 'Functions', usd, because }
}

function storageLine(usage: Usage, { checkpointEvery }: Choices, { functions, partitions }: Readers, { storage }: Prices): Line {
  const batches = Object.entries(usage.executions)
    .filter(([name]) => readsHub(name))
    .reduce((sum, [, perSecond]) => sum + perSecond, 0)
  const checkpoints = batches / checkpointEvery
  const ownerships = (functions * partitions) / ownershipEverySeconds
  const other = (checkpoints + ownerships) * secondsPerMonth
  const lists = (functions / ownershipEverySeconds) * secondsPerMonth
  const usd = (other / 1e4) * storage.tenThousandOtherOperations + (lists / 1e4) * storage.tenThousandListOperations
  return { name: 'Storage', usd, because: `${round((checkpoints * secondsPerMonth) / million)} M checkpoints` }
}

export const readsHub = (name: string) => /^(dedupe|detect)/.test(name)

function logsLine(usage: Usage, { logQuotaGbPerDay, logShare }: Choices, { logs }: Prices): Line {
  const items = Object.values(usage.executions).reduce(
    (sum, perSecond) => sum + Math.min(perSecond * itemsPerExecution, mostItemsPerSecond),
    0,
  )
  const wanted = (items * logShare * bytesPerItem * secondsPerMonth) / gigabyte
  const kept = Math.min(wanted, logQuotaGbPerDay * daysPerMonth)
  const usd = Math.max(0, kept - logs.freeGigabytes) * logs.gigabyte
  const cut = kept < wanted ? `, of ${round(wanted)}: the day's quota is used up` : ''
  return { name: 'Logs', usd, because: `${round(kept)} GB${cut}` }
}

function egressLine(usage: Usage, browsers: number, { egress }: Prices): Line {
  const perSecond = browsers * (usage.browserBytes + usage.session.bytes / sessionSeconds)
  const gb = (perSecond * secondsPerMonth) / gigabyte
  let [usd, from] = [0, egress.freeGigabytes]
  for (const { upToGigabytes, gigabyte: price } of egress.tiers) {
    const upTo = upToGigabytes ?? Infinity
    usd += Math.max(0, Math.min(gb, upTo) - from) * price
    from = Math.max(from, upTo)
  }
  return { name: 'Egress', usd, because: `${round(gb)} GB` }
}

/** Three digits that count. */
export function round(value: number): string {
  if (value === 0) return '0'
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))))
  return Number(value.toFixed(Math.min(digits, 20))).toLocaleString('en', { maximumFractionDigits: Math.min(digits, 20) })
}
