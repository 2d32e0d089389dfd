/** Every name that code and infrastructure must agree on, said once. A new topic is one line here. */

export const topics = {
  politics: { hub: 'odds-politics', partitions: 8 },
  sports: { hub: 'odds-sports', partitions: 8 },
} as const

export type TopicName = keyof typeof topics
export const topicNames = Object.keys(topics) as readonly TopicName[]

export const consumerGroups = { dedupe: 'dedupe', detect: 'detect' } as const

export const database = 'odds'

/**
 * `defaultTtlSeconds: -1` lets a document carry its own `ttl`; without it nothing expires.
 * `indexedPaths` is the whole indexing policy: only what a query filters or sorts by, since every indexed path costs each write.
 */
export const containers = {
  odds: { partitionKey: '/marketId', defaultTtlSeconds: -1, indexedPaths: ['/type/?', '/topic/?', '/seq/?'] },
  feeds: { partitionKey: '/id', defaultTtlSeconds: undefined, indexedPaths: [] },
  fixtures: { partitionKey: '/id', defaultTtlSeconds: undefined, indexedPaths: ['/startsAt/?'] },
  alerts: { partitionKey: '/topic', defaultTtlSeconds: 30 * 86_400, indexedPaths: ['/kind/?', '/observedAtMs/?'] },
  clients: { partitionKey: '/id', defaultTtlSeconds: -1, indexedPaths: [] },
  'dead-letters': { partitionKey: '/hub', defaultTtlSeconds: 14 * 86_400, indexedPaths: ['/at/?'] },
  leases: { partitionKey: '/id', defaultTtlSeconds: undefined, indexedPaths: [] },
} as const

export type ContainerName = keyof typeof containers

/** The Web PubSub hub, and the groups inside it that browsers may join. */
export const webPubSubHub = 'odds'
export const groupPattern = 'odds.**'
/** Every client is in it, by its token, and nothing is ever sent to it: the service lists only who is in a group. */
export const clientsGroup = 'clients'
