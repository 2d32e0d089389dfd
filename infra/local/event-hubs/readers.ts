import type { Refusal } from './refusal.ts'

/** One open receive link, as far as ownership of its partition is concerned. Without an epoch it claims no ownership. */
export type Reader = { readonly name: string; readonly epoch: number | undefined; disconnect(why: Refusal): void }

export type Admission = { admitted: true; displaced: readonly Reader[] } | { admitted: false; refused: Refusal }

/** Event Hubs allows five readers without epoch on one partition in one consumer group. */
const maxReadersWithoutEpoch = 5

/**
 * Decides whether a new reader may join those of the same partition and consumer group. An epoch (the SDKs say owner level) makes it
 * exclusive: an equal or higher one takes the partition over, which is how consumers balance load; everybody else is turned away.
 */
export function admit(reader: Reader, present: readonly Reader[]): Admission {
  const epochs = present.flatMap((other) => other.epoch ?? [])
  const highest = epochs.length === 0 ? undefined : Math.max(...epochs)
  if (reader.epoch === undefined) {
    if (highest !== undefined) return refuse('amqp:link:stolen', taken(reader, highest))
    if (present.length < maxReadersWithoutEpoch) return { admitted: true, displaced: [] }
    return refuse(
      'amqp:resource-limit-exceeded',
      `Exceeded the maximum number of allowed receivers per partition in a consumer group which is ${maxReadersWithoutEpoch}.`,
    )
  }
  if (highest !== undefined && highest > reader.epoch) return refuse('amqp:link:stolen', taken(reader, highest))
  return { admitted: true, displaced: [...present] }
}

export function stolenBy(winner: Reader, loser: Reader): Refusal {
  return {
    condition: 'amqp:link:stolen',
    description:
      `New receiver '${winner.name}' with higher epoch of '${winner.epoch}' is created hence current receiver '${loser.name}' with ` +
      `epoch '${loser.epoch ?? 'none'}' is getting disconnected. If you are recreating the receiver, make sure a higher epoch is used.`,
  }
}

function taken(reader: Reader, highest: number): string {
  const what = reader.epoch === undefined ? 'a receiver without epoch' : `a receiver with epoch '${reader.epoch}'`
  return `At least one receiver for the endpoint is created with epoch of '${highest}', and so ${what} is not allowed.`
}

function refuse(condition: string, description: string): Admission {
  return { admitted: false, refused: { condition, description } }
}
