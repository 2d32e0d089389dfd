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
      'Prices of this feed are as of its last complete poll, and the board says so. The reason is in the query’s last column; a feed that wants a new key says 401.',
    query: query('feeds-failing').text,
    fires: 'on any row',
    severity: 2,
    every: 'PT5M',
    window: 'PT15M',
    periods: 3,
  },
  {
    name: 'no-ticks',
    title: 'Nothing is stored any more',
    whatToDo:
      'Polls without ticks for an hour: see whether the dedupe functions run, whether Cosmos DB throttles, and whether every feed is quiet at once.',
    query: query('ticks-per-minute').text,
    fires: 'when there is none',
    severity: 1,
    every: 'PT15M',
    window: 'PT1H',
    periods: 1,
  },
  {
    name: 'dead-letters',
    title: 'Messages cannot be read',
    whatToDo:
      'They are kept in container dead-letters with their reasons. After an update of a feed or of the app this is how a changed shape shows first.',
    query: query('dead-letters').text,
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
      'Nothing is lost, but ticks come late. Raise maxThroughput of cosmos, or maxCapacityUnits of eventHubs, in the environment.',
    query: query('throttling').text,
    fires: 'on any row',
    severity: 2,
    every: 'PT5M',
    window: 'PT15M',
    periods: 2,
  },
]
