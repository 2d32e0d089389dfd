import type { DedupeCounts, FeedHealth } from '../../book/feed-health.ts'
import { formatAge } from '../client/age.ts'
import { formatAgo, formatCount, formatShare, formatWait } from './format.ts'

/** What is known of a feed, in words, group by group. */
export type FactGroup = { title: string; facts: readonly (readonly [name: string, value: string])[] }

export function feedFacts(health: FeedHealth, counts: DedupeCounts | undefined, nowMs: number): FactGroup[] {
  return [
    freshness(health, nowMs),
    ...quota(health, nowMs),
    contents(health),
    ...(counts === undefined ? [] : [deduped(counts, nowMs)]),
  ]
}

function freshness({ everyMs, polledAtMs, completeAtMs, changedAtMs, lagMs }: FeedHealth, nowMs: number): FactGroup {
  const ago = (thenMs: number | null) => (thenMs === null ? 'never' : formatAgo(nowMs - thenMs))
  return {
    title: 'Freshness',
    facts: [
      ['Read every', everyMs === null ? 'it pushes' : formatAge(everyMs)],
      [everyMs === null ? 'Last push' : 'Last read', ago(polledAtMs)],
      ['Last read completely', ago(completeAtMs)],
      ['Last change', ago(changedAtMs)],
      ['Behind its own clock', lagMs === null ? 'it has none' : formatLag(lagMs)],
    ],
  }
}

function quota({ quota: granted }: FeedHealth, nowMs: number): FactGroup[] {
  if (granted === null) return []
  const { remaining, used, resetsAtMs, nextPollAtMs } = granted
  const inWords = (thenMs: number | null) => (thenMs === null || thenMs <= nowMs ? [] : [`in ${formatWait(thenMs - nowMs)}`])
  return [
    {
      title: 'Quota',
      facts: [
        ['Calls left', used === null ? formatCount(remaining) : `${formatCount(remaining)} of ${formatCount(remaining + used)}`],
        ...inWords(resetsAtMs).map((when) => ['New quota', when] as const),
        ...inWords(nextPollAtMs).map((when) => ['Next read', when] as const),
      ],
    },
  ]
}

function contents({ markets, selections, published, unchanged, rejected }: FeedHealth): FactGroup {
  return {
    title: 'What it told last',
    facts: [
      ['Markets', formatCount(markets)],
      ['Selections', formatCount(selections)],
      ['Published', formatCount(published)],
      ['Unchanged', formatCount(unchanged)],
      ['Unreadable', formatCount(rejected)],
    ],
  }
}

function deduped({ sinceMs, fresh, duplicate, stale, ticks }: DedupeCounts, nowMs: number): FactGroup {
  const messages = fresh + duplicate + stale
  const share = (part: number) => (messages === 0 ? '' : ` (${formatShare(part / messages)})`)
  return {
    title: `Deduped over ${formatAge(nowMs - sinceMs)}`,
    facts: [
      ['Messages in', formatCount(messages)],
      ['Duplicates', `${formatCount(duplicate)}${share(duplicate)}`],
      ['Stale', `${formatCount(stale)}${share(stale)}`],
      ['Ticks out', formatCount(ticks)],
      ['Ticks a message', messages === 0 ? 'none yet' : String(Number((ticks / messages).toPrecision(2)))],
    ],
  }
}

/** A clock may run ahead of ours. */
const formatLag = (lagMs: number): string =>
  lagMs < 0 ? `${formatLag(-lagMs)} ahead` : lagMs < 10_000 ? `${Number((lagMs / 1_000).toFixed(1))} s` : formatAge(lagMs)

/** Why a feed that answers is to be looked at all the same: what it sends is no longer what we know, or not all of it can be read. */
export function feedWarnings({ drift, rejected }: FeedHealth): string[] {
  const fields = (n: number) => (n === 1 ? 'A field' : `${formatCount(n)} fields`)
  const { unknown, vanished } = drift
  return [
    ...(rejected === 0 ? [] : [`${rejected === 1 ? 'A market' : `${formatCount(rejected)} markets`} could not be read.`]),
    ...(vanished.length === 0 ? [] : [`${fields(vanished.length)} that we knew vanished: ${listed(vanished)}.`]),
    ...(unknown.length === 0
      ? []
      : [
          `${fields(unknown.length)} that we do not know came: ${listed(unknown.map(({ field, count }) => `${field} (${formatCount(count)})`))}.`,
        ]),
  ]
}

const maxListed = 12
const listed = (names: readonly string[]) =>
  names.length <= maxListed ? names.join(', ') : `${names.slice(0, maxListed).join(', ')} and ${names.length - maxListed} more`
