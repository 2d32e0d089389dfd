import path from 'node:path'
import { parseArgs } from 'node:util'

import { consumerGroups, topicNames, topics } from '../../infra/names.ts'
import { peakOverMean, sessionSeconds, unitBytesPerSecond } from './cost/bill.ts'
import { type AtRate, cellOf } from './cost/levers.ts'
import { listPrices, type Prices } from './cost/prices.ts'
import { rehearse, usualPace } from './cost/rehearse.ts'
import { sessionOf } from './cost/session.ts'
import { billLines, billTable, usageTable } from './cost/table.ts'
import { asInProd } from './cost/usage.ts'
import { shape } from './cost/workload.ts'
import { environmentNamed } from './environment.ts'
import { run } from './run.ts'

const help = `What a month on Azure costs: by what the pipeline does for a tick, seen in its own code, and a table of prices with its date.

  npm run cost -- [options]

  --ticks <n,n,…>     ticks a second (default 1,100,1000)
  --browsers <n,n,…>  that follow the board all the while (default 10,1000,100000)
  --lines             every line of every bill, with what it is made of
  --help              this text

Prices are in scripts/azure/prices.json. What cannot be known here is said below the table.
`

const root = path.resolve(import.meta.dirname, '../..')
/** Enough for what happens every five seconds. */
const secondsAt = (ticksPerSecond: number) => Math.min(60, Math.max(10, 2_000 / ticksPerSecond))

run('cost', async (args) => {
  const { values } = parseArgs({
    args,
    options: {
      ticks: { type: 'string', default: '1,100,1000' },
      browsers: { type: 'string', default: '10,1000,100000' },
      lines: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return console.log(help)
  const [ticks, browsers] = [numbers('--ticks', values.ticks, 10_000), numbers('--browsers', values.browsers, 10_000_000)]
  const prices = listPrices()
  const ofOneHub = Object.keys(consumerGroups).length
  const readers = { functions: topicNames.length * ofOneHub, ofOneHub, partitions: topics.politics.partitions }
  const choices = asInProd(warmInProd())
  const session = await sessionOf(root)
  const rates: AtRate[] = []
  for (const rate of ticks) {
    const usual = await rehearse(rate, secondsAt(rate))
    const slower = await rehearse(rate, secondsAt(rate), { ...usualPace, pageMs: 1_000, restMs: 1_000 })
    rates.push({ usual, slower, session })
  }
  const cells = rates.flatMap((at) => browsers.map((count) => cellOf(at, count, choices, prices, readers)))
  const parts = [
    billTable(cells),
    ['What it is computed from:'],
    usageTable(rates),
    ...(values.lines ? cells.map(billLines) : []),
    assumptions(prices),
  ]
  console.log(parts.map((lines) => lines.join('\n')).join('\n\n'))
})

/** Of the functions between a feed and a browser, which prod keeps warm, the topic that all ticks are of here. */
function warmInProd(): string[] {
  return environmentNamed('prod').functions.alwaysReady > 0 ? ['dedupePolitics', 'fanoutTicks'] : []
}

function numbers(name: string, text: string, most: number): number[] {
  const all = text.split(',').map(Number)
  if (all.some((n) => !(n > 0 && n <= most)))
    throw new Error(`${name} takes numbers from above 0 to ${most}, separated by commas, not "${text}"`)
  return all
}

function assumptions({ readOn, note }: Prices): string[] {
  return [
    `Prices of ${readOn}, in US dollars. ${note}`,
    '',
    'Taken for granted, since nothing of this was ever run on Azure:',
    `- ${shape.markets} markets of ${shape.selections} selections; each tick is a message by itself, and which price moves is as uneven as on a real day.`,
    `- A batch and a page take ${usualPace.batchMs} ms; request units are those that the local Cosmos DB charges, after the documented ones.`,
    `- Every browser follows everything, always; each stays ${sessionSeconds / 60} minutes, and begins with the page and all books.`,
    `- A unit of Web PubSub carries ${unitBytesPerSecond / 1e6} MB a second and 1,000 browsers. The busiest second of an hour is ${peakOverMean} times the mean.`,
    '- Logs are sampled by the host to 20 items a second and function, and end at the day’s quota.',
    '- Not in it: the stream worker (about $40), Key Vault, alert rules, backup beyond the free seven days, Power BI.',
  ]
}
