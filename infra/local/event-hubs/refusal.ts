/** Why something asked of the broker is not done: an AMQP error, in the words by which the SDKs recognise it. */
export type Refusal = { condition: string; description: string }

/** The SDKs turn this very sentence into `MessagingEntityNotFoundError`. */
export function notFound(entity: string): Refusal {
  return { condition: 'amqp:not-found', description: `The messaging entity '${entity}' could not be found.` }
}

export function notImplemented(what: string): Refusal {
  return { condition: 'amqp:not-implemented', description: `The local Event Hubs broker does not support ${what}.` }
}

export function unauthorized(description: string): Refusal {
  return { condition: 'amqp:unauthorized-access', description }
}

export function serverBusy(): Refusal {
  return {
    condition: 'com.microsoft:server-busy',
    description:
      'The request was terminated because the entity is being throttled. Error code : 50002. Please wait 4 seconds and try again.',
  }
}

export function argumentError(description: string): Refusal {
  return { condition: 'com.microsoft:argument-error', description }
}

export function noSuchPartition(partition: string, partitionCount: number): Refusal {
  return {
    condition: 'com.microsoft:argument-out-of-range',
    description: `The specified partition '${partition}' is invalid. It should be between 0 and ${partitionCount - 1}.`,
  }
}

/** What replies over `$cbs` and `$management` say instead of a condition. */
export function statusOf(refusal: Refusal): number {
  switch (refusal.condition) {
    case 'amqp:not-found':
      return 404
    case 'amqp:unauthorized-access':
      return 401
    case 'amqp:not-implemented':
      return 501
    default:
      return 400
  }
}
