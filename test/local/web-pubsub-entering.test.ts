import { createHmac } from 'node:crypto'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { localAccessKey } from '../../infra/local/web-pubsub/server.ts'
import { json, reliable, Rig } from './web-pubsub-rig.ts'

let rig: Rig
beforeEach(async () => {
  rig = await Rig.start()
})
afterEach(() => rig.stop())

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
function sign(claims: object, key = localAccessKey, alg = 'HS256'): string {
  const signed = `${base64({ alg })}.${base64(claims)}`
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`
}

describe('entering', () => {
  const inAnHour = () => Date.now() / 1_000 + 3_600
  const audience = () => `${rig.server.endpoint}/client/hubs/odds`
  const dial = (token: string, subprotocol = json) =>
    rig.dial(`ws://127.0.0.1:${rig.server.port}/client/hubs/odds?access_token=${token}`, subprotocol).opened

  it('greets with the connection id and the user of the token', async () => {
    const client = await rig.open(json, { userId: 'ann' })
    expect(client.connected).toEqual({ type: 'system', event: 'connected', userId: 'ann', connectionId: client.id })
    expect(client.socket.protocol).toBe(json)
  })

  it('gives only reliable connections a reconnection token', async () => {
    const client = await rig.open(reliable)
    expect(client.connected).toMatchObject({ userId: null, reconnectionToken: expect.stringMatching(/^ey/) as string })
  })

  it('takes the hub and the token from a query string and a header as well', async () => {
    const { token } = await rig.rest.getClientAccessToken()
    const authorization = `Bearer ${token}`
    const client = rig.dial(`ws://127.0.0.1:${rig.server.port}/client/?hub=ODDS`, json, { authorization })
    expect(await client.next()).toMatchObject({ event: 'connected' })
  })

  it.each([
    ['no token', () => '', /401.*is not a JWT/],
    ['a foreign key', () => sign({ aud: audience(), exp: inAnHour() }, 'other'), /401.*not signed with this access key/],
    ['another algorithm', () => sign({ aud: audience(), exp: inAnHour() }, undefined, 'RS256'), /401.*RS256.*only HS256/],
    [
      'another hub',
      () => sign({ aud: `${rig.server.endpoint}/client/hubs/bets`, exp: inAnHour() }),
      /401.*audience is not this hub/,
    ],
    ['an expired token', () => sign({ aud: audience(), exp: Date.now() / 1_000 - 301 }), /401.*has expired/],
    ['no expiry', () => sign({ aud: audience() }), /401.*unusable claims.*exp/],
  ])('is refused before the upgrade with %s', async (_, token, problem) => {
    await expect(dial(token())).rejects.toThrow(problem)
  })

  it('forgives five minutes between two clocks', async () => {
    await expect(dial(sign({ aud: audience(), exp: Date.now() / 1_000 - 290 }))).resolves.toBeUndefined()
  })

  it.each(['protobuf.webpubsub.azure.v1', 'protobuf.reliable.webpubsub.azure.v1', 'mqtt', 'made.up'])(
    'refuses the subprotocol %s by name',
    async (subprotocol) => {
      const { token } = await rig.rest.getClientAccessToken()
      await expect(dial(token, subprotocol)).rejects.toThrow(new RegExp(`400.*Subprotocol ${subprotocol} is not supported`))
    },
  )

  it('refuses MQTT and Socket.IO paths by name', async () => {
    const { url } = await rig.rest.getClientAccessToken({ clientProtocol: 'mqtt' })
    await expect(rig.dial(url).opened).rejects.toThrow(/501.*neither MQTT nor Socket.IO/)
  })
})
