import { Refusal } from '../refusal.ts'
import { signToken } from '../tokens.ts'
import { type Call, integerOf } from './call.ts'

const longestMinutes = 525_600

/** What `:generateToken` gives: the token that the SDK signs by itself when it has the access key. */
export function clientToken(call: Call): string {
  const { query, service, hubName, origin } = call
  const clientType = query.get('clientType') ?? 'default'
  if (clientType.toLowerCase() !== 'default') {
    throw new Refusal(501, 'NotSupported', `clientType '${clientType}' is not supported.`, 'clientType')
  }
  const minutes = integerOf(call, 'minutesToExpire', 1, longestMinutes) ?? 60
  const nowSeconds = Math.floor(service.clock.nowMs() / 1_000)
  const userId = query.get('userId')
  return signToken(
    {
      aud: `${origin}/client/hubs/${hubName}`,
      iat: nowSeconds,
      exp: nowSeconds + minutes * 60,
      role: query.getAll('role'),
      'webpubsub.group': query.getAll('group'),
      ...(userId === null ? {} : { sub: userId }),
    },
    service.accessKey,
  )
}
