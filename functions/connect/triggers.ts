/** The trigger of a batch of a hub's messages. */
export const hubTrigger = (eventHubName: string, consumerGroup: string) =>
  ({
    type: 'eventHubTrigger',
    connection: 'EVENT_HUBS',
    eventHubName,
    consumerGroup,
    cardinality: 'many',
    // As bytes: given nothing, the host parses each body as JSON itself, and one that is none fails the whole batch before we see it.
    dataType: 'binary',
  }) as const

/**
 * For ever: the host moves its checkpoint, or its lease, when the last retry is over. With a limit, ticks would be lost whenever the store is
 * away for longer, and a page of the change feed that was never sent would be a silent gap.
 */
export const retryForEver = {
  strategy: 'exponentialBackoff',
  maxRetryCount: -1,
  minimumInterval: { seconds: 1 },
  maximumInterval: { seconds: 30 },
} as const
