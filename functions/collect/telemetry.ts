import { lettersPutAside } from '../connect/put-aside.ts'
import type { Counter, Stepping, Telemetry } from '../connect/telemetry.ts'
import type { CollectReport } from './collect.ts'
import { type CollectWatch, type Publishing, unwatched } from './watch.ts'

/** `invocationId`: the host's, by which its own logs of the same work are found. */
export function collectWatch(telemetry: Telemetry | undefined, invocationId?: string): CollectWatch {
  if (telemetry === undefined) return unwatched
  const invocation = invocationId === undefined ? {} : { 'faas.invocation_id': invocationId }
  return {
    poll: (feed, act) =>
      telemetry.step({ name: 'collect poll', kind: 'internal', facts: { feed, ...invocation } }, async (step) => {
        const report = await act(publishingWithin(step.step))
        step.count(polls, 1, { feed, outcome: report.kind })
        for (const [outcome, count] of Object.entries(marketsOf(report))) step.count(markets, count, { feed, outcome })
        step.learned({ outcome: report.kind, ...('reason' in report ? { reason: report.reason } : {}), ...marketsOf(report) })
        return report
      }),
    publishing: publishingWithin(telemetry.step),
    putAside: (feed, letters) => telemetry.count(lettersPutAside, letters, { stage: 'collect', feed }),
  }
}

function publishingWithin(stepping: Stepping): Publishing {
  return (messages, act) => {
    const feed = messages[0]?.feed ?? ''
    const facts = { feed, 'messaging.system': 'eventhubs', 'messaging.batch.message_count': messages.length }
    return stepping({ name: 'publish', kind: 'producer', facts }, async (step) => {
      const published = await act(step.traceparent)
      step.count(messagesPublished, messages.length, { feed })
      return published
    })
  }
}

function marketsOf(report: CollectReport): Record<string, number> {
  if (report.kind !== 'complete' && report.kind !== 'partial') return {}
  const { published, unchanged, gone, rejected, heldBack } = report
  return { published, unchanged, gone, rejected, 'held back': heldBack }
}

const polls: Counter = { name: 'oddscast.polls', unit: '{poll}', description: 'Polls of a feed, by how they ended' }
const markets: Counter = {
  name: 'oddscast.markets',
  unit: '{market}',
  description: 'Markets that polls showed, by what came of them',
}
const messagesPublished: Counter = {
  name: 'oddscast.messages.published',
  unit: '{message}',
  description: 'Messages that the event hubs took',
}
