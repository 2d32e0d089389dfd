import { feedsGroup, type MarketId, marketGroup, topicGroup, topicOf } from '../../book/ids.ts'

/** How much of the board is followed. `topics: null` is all that the server has. */
export type Scope = { kind: 'topics'; topics: readonly string[] | null } | { kind: 'markets'; markets: readonly MarketId[] }

export const everything: Scope = { kind: 'topics', topics: null }

/**
 * The groups that tell of it, and the one of the feeds' health. A market's group has its topic in its name, which nobody need know who
 * knows the market: it is joined under each topic, and nothing is ever sent to the others.
 */
export function groupsOf(scope: Scope, topics: readonly string[]): string[] {
  const all = topics.map(topicOf)
  const followed = scope.kind === 'topics' ? all.filter((topic) => isOf(scope, topic)) : all
  const groups =
    scope.kind === 'topics'
      ? followed.map(topicGroup)
      : followed.flatMap((topic) => scope.markets.map((market) => marketGroup(topic, market)))
  return [feedsGroup, ...groups]
}

const isOf = ({ topics }: { topics: readonly string[] | null }, topic: string) => topics === null || topics.includes(topic)
