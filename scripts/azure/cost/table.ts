import { round } from './bill.ts'
import { type AtRate, type Cell, marketsFollowed, someMarketsBytes } from './levers.ts'

/** In Markdown, for the README: a row a size. */
export function billTable(cells: readonly Cell[]): string[] {
  const names = cells[0]?.bill.lines.map(({ name }) => name) ?? []
  const head = ['ticks/s', 'browsers', 'a month', ...names, 'what saves most', 'then', 'with all levers']
  const rows = cells.map(({ ticksPerSecond, browsers, bill, best, all }) => [
    count(ticksPerSecond),
    count(browsers),
    `**${dollars(bill.usd)}**${bill.webPubSubServices > 1 ? ' ¹' : ''}`,
    ...bill.lines.map(({ usd }) => dollars(usd)),
    best.name,
    dollars(best.usd),
    dollars(all.usd),
  ])
  const note = cells.some(({ bill }) => bill.webPubSubServices > 1)
    ? ['', '¹ More than one Web PubSub service can carry: nobody builds that, and the last columns say what to do instead.']
    : []
  return [...table(head, rows), ...note]
}

/** What the bills are made of. */
export function usageTable(rates: readonly AtRate[]): string[] {
  const head = [
    'ticks/s',
    'RU/tick',
    'RU/s of polling',
    'hub KB/s',
    'batches/s',
    'pages/s',
    'KB/s to a browser',
    'once a second',
    `of ${marketsFollowed} markets`,
  ]
  const rows = rates.map(({ usual, slower }) => [
    count(usual.ticksPerSecond),
    round(usual.requestUnits.work / usual.ticksPerSecond),
    round(usual.requestUnits.polls),
    kilobytes(usual.hub.bytes),
    round(usual.executions['dedupePolitics'] ?? 0),
    round(usual.executions['fanoutTicks'] ?? 0),
    kilobytes(usual.browserBytes),
    kilobytes(slower.browserBytes),
    kilobytes(someMarketsBytes(usual)),
  ])
  return table(head, rows)
}

/** Each line of one bill, with what it is made of. */
export function billLines({ ticksPerSecond, browsers, bill }: Cell): string[] {
  const lines = bill.lines.map(({ name, usd, because }) => `  ${name.padEnd(10)} ${dollars(usd).padStart(12)}  ${because}`)
  return [`${count(ticksPerSecond)} ticks/s, ${count(browsers)} browsers: ${dollars(bill.usd)} a month`, ...lines]
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const isText = (i: number) => Number.isNaN(Number.parseFloat((rows[0]?.[i] ?? '').replaceAll(/[$*,]/g, '')))
  return [line(head), `|${head.map((_, i) => (isText(i) ? '---' : '--:')).join('|')}|`, ...rows.map(line)]
}

export function dollars(usd: number): string {
  if (usd > 0 && usd < 1) return `$${usd.toFixed(2)}`
  const digits = Math.max(0, Math.floor(Math.log10(Math.max(usd, 1))) - 2)
  return `$${(Math.round(usd / 10 ** digits) * 10 ** digits).toLocaleString('en', { maximumFractionDigits: 0 })}`
}

const kilobytes = (bytes: number) => round(bytes / 1_000)
const count = (value: number) => value.toLocaleString('en')
