import { earliestEventPosition, EventHubConsumerClient } from '@azure/event-hubs'

import { topics } from '../../../infra/names.ts'
import { shape } from '../market-stream.ts'
import { cpuUs, movingPerMarket, rounds, type StageCost } from './cost.ts'

/** What `collectStage` sent in its bare rounds, received by the SDK alone: on Azure the host does this, and any consumer pays it. */
export async function receiveCost(connectionString: string): Promise<StageCost> {
  const client = new EventHubConsumerClient('$Default', connectionString, topics.sports.hub)
  const expected = rounds * shape.markets
  let got = 0
  const us = await cpuUs(
    () =>
      new Promise<void>((resolve, reject) => {
        const subscription = client.subscribe(
          {
            async processEvents(events) {
              got += events.length
              if (got >= expected) await subscription.close().then(resolve)
            },
            processError: async (error) => reject(error),
          },
          { startPosition: earliestEventPosition, maxBatchSize: 500, skipParsingBodyAsJson: true },
        )
      }),
  )
  await client.close()
  const perTick = us / (expected * movingPerMarket)
  return { name: 'receive', bareIs: 'the SDK alone: the host does this', stageUs: perTick, bareUs: perTick }
}
