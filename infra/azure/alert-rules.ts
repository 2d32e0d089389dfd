import { query } from './queries.ts'

export type AlertRule = {
  name: string
  title: string
  /** In the mail: what it means, and where to look first. */
  whatToDo: string
  query: string
  fires: 'on any row' | 'when there is none'
  /** 0 critical … 4 verbose. */
  severity: 1 | 2 | 3
  every: 'PT5M' | 'PT15M'
  window: 'PT5M' | 'PT15M' | 'PT1H'
  /** So many evaluations in a row. */
  periods: 1 | 2 | 3
}

export const alertRules: readonly AlertRule[] = [
  {
    name: 'feed-down',
    title: 'A feed cannot be read',
    whatToDo:
      'Not one read of it worked for a quarter of an hour. Its prices are as of the last one, and the board says so. The reason is in the query’s last columns; a feed that wants a new key says 401.',
    query: question('02-feeds-failing', '| where read == 0'),
    fires: 'on any row',
    severity: 2,
    every: 'PT5M',
    window: 'PT15M',
    periods: 1,
  },
  {
    name: 'no-ticks',
    title: 'Nothing is stored any more',
    whatToDo:
      'Not one tick for an hour: see whether the dedupe functions run, whether Cosmos DB throttles, and whether every feed is quiet or down at once.',
    query: question('04-ticks-per-minute', '| where ticks > 0'),
    fires: 'when there is none',
    severity: 1,
    every: 'PT15M',
    window: 'PT1H',
    periods: 1,
  },
  {
    name: 'lag',
    title: 'Prices reach the browsers late',
    whatToDo:
      'One tick in twenty took longer than five seconds from our reading it to its being sent. The workbook has the lag of each hop: a long way to the store is throttling or too few instances, a long way from there is the change feed’s or Web PubSub’s.',
    query: question('03-lag-per-hop', '| where hop == "observedToSent" and p95 > 5000'),
    fires: 'on any row',
    severity: 2,
    every: 'PT5M',
    window: 'PT5M',
    periods: 3,
  },
  {
    name: 'dead-letters',
    title: 'Messages cannot be read',
    whatToDo:
      'They are kept in container dead-letters with their reasons. After an update of a feed or of the app this is how a changed shape shows first.',
    query: question('06-dead-letters'),
    fires: 'on any row',
    severity: 3,
    every: 'PT15M',
    window: 'PT15M',
    periods: 1,
  },
  {
    name: 'throttling',
    title: 'A service refuses work for lack of throughput',
    whatToDo:
      'More than once in three seconds, for ten minutes. Nothing is lost, but ticks come late. Raise maxThroughput of cosmos, or maxCapacityUnits of eventHubs, in the environment.',
    query: question('07-throttling', '| where refused > 100'),
    fires: 'on any row',
    severity: 2,
    every: 'PT5M',
    window: 'PT5M',
    periods: 2,
  },
]

/** What the workbook shows, and what of it is worth a mail. */
function question(name: string, ...worth: readonly string[]): string {
  return [query(name).text.trimEnd(), ...worth].join('\n')
}
