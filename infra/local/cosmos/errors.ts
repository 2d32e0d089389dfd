/**
 * A refusal as the client will see it: the SDK reads `message` from the body of every answer ≥ 400 and breaks on an empty one.
 * Thrown, because most refusals are found deep inside parsing.
 */
export class CosmosError extends Error {
  override readonly name = 'CosmosError'
  readonly status: number
  readonly substatus: number | undefined

  constructor(status: number, message: string, substatus?: number) {
    super(message)
    this.status = status
    this.substatus = substatus
  }
}

export function badRequest(message: string, substatus?: number): CosmosError {
  return new CosmosError(400, message, substatus)
}

/** For what the service can do and this server cannot: the message names it, so that nobody searches for their own mistake. */
export function unsupported(what: string): CosmosError {
  return new CosmosError(
    400,
    `The local Cosmos DB server does not support ${what}; infra/local/cosmos/README.md lists what it does.`,
  )
}

/** 1003: the database or container is missing, as opposed to the document itself (0). */
export function ownerNotFound(what: string): CosmosError {
  return new CosmosError(404, `${what} does not exist.`, 1003)
}

export function errorBody(status: number, message: string): string {
  return JSON.stringify({ code: codes[status] ?? String(status), message })
}

const codes: Record<number, string> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  408: 'RequestTimeout',
  409: 'Conflict',
  410: 'Gone',
  412: 'PreconditionFailed',
  413: 'RequestEntityTooLarge',
  424: 'FailedDependency',
  429: 'TooManyRequests',
  449: 'RetryWith',
  500: 'InternalServerError',
  501: 'NotImplemented',
  503: 'ServiceUnavailable',
}
