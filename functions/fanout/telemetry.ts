import type { Counter, Telemetry } from '../connect/telemetry.ts'
import { type FanoutWatch, unwatched } from './watch.ts'

export function fanoutWatch(telemetry: Telemetry | undefined, invocationId: string): FanoutWatch {
  if (telemetry === undefined) return unwatched
  return {
    page: ({ startedAtMs, ticks, causes }, act) => {
      const facts = { 'db.system.name': 'azure.cosmosdb', 'faas.invocation_id': invocationId, ticks }
      return telemetry.step({ name: 'fanout page', kind: 'consumer', facts, causes, startedAtMs }, async (step) => {
        const report = await act((frames, act) =>
          step.step({ name: 'send', kind: 'producer', facts: { 'messaging.system': 'webpubsub', frames } }, act),
        )
        const { sentTicks, markets, frames, bytes, lags } = report
        step.count(ticksRead, ticks)
        step.count(ticksSent, sentTicks)
        step.count(framesSent, frames)
        step.count(bytesSent, bytes)
        step.took('stored to sent', lags.storedToSent)
        step.took('observed to sent', lags.observedToSent)
        step.learned({ sentTicks, markets, bytes })
        return report
      })
    },
  }
}

const ticksRead: Counter = { name: 'oddscast.ticks.followed', unit: '{tick}', description: 'Ticks that the change feed brought' }
const ticksSent: Counter = {
  name: 'oddscast.ticks.sent',
  unit: '{tick}',
  description: 'Ticks that were sent, the overtaken left out',
}
const framesSent: Counter = {
  name: 'oddscast.frames',
  unit: '{frame}',
  description: 'Frames that Web PubSub took, each for a group',
}
const bytesSent: Counter = {
  name: 'oddscast.frame_bytes',
  unit: 'By',
  description: 'Of the frames, before they are multiplied by those who listen',
}
