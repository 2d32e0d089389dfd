import { odata, WebPubSubServiceClient } from '@azure/web-pubsub'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { localAccessKey } from '../../infra/local/web-pubsub/server.ts'
import { signToken } from '../../infra/local/web-pubsub/tokens.ts'
import { json, reliable, Rig } from './web-pubsub-rig.ts'

let rig: Rig
beforeEach(async () => {
  rig = await Rig.start()
})
afterEach(() => rig.stop())

type Answer = { status: number; code: string | null; body: { [field: string]: unknown } }

/** A request as the SDK signs it, but any request. */
type Init = { body?: string | Buffer<ArrayBuffer>; headers?: Record<string, string> }
async function request(method: string, path: string, init: Init = {}, claims: object = {}): Promise<Answer> {
  const url = `${rig.server.endpoint}${path}`
  const token = signToken({ aud: url, exp: Date.now() / 1_000 + 60, ...claims }, localAccessKey)
  const answer = await fetch(url, { method, ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } })
  const text = await answer.text()
  return {
    status: answer.status,
    code: answer.headers.get('x-ms-error-code'),
    body: text === '' ? {} : (JSON.parse(text) as Answer['body']),
  }
}
const version = 'api-version=2024-12-01'

describe('sending', () => {
  it('reaches all, a group, a user, a connection', async () => {
    const [ann, bob] = await Promise.all([
      rig.open(json, { userId: 'ann', groups: ['g'] }),
      rig.open(reliable, { userId: 'bob' }),
    ])
    await rig.rest.sendToAll({ to: 'all' })
    await rig.rest.group('g').sendToAll({ to: 'g' })
    await rig.rest.sendToUser('bob', { to: 'bob' })
    await rig.rest.sendToConnection(bob.id, { to: 'connection' })
    await rig.rest.sendToConnection('nobody', { to: 'nobody' })
    const server = { type: 'message', from: 'server', dataType: 'json' }
    expect(await ann.soFar()).toEqual([
      { ...server, data: { to: 'all' } },
      { type: 'message', from: 'group', fromUserId: null, group: 'g', dataType: 'json', data: { to: 'g' } },
    ])
    expect(await bob.soFar()).toEqual([
      { ...server, data: { to: 'all' }, sequenceId: 1 },
      { ...server, data: { to: 'bob' }, sequenceId: 2 },
      { ...server, data: { to: 'connection' }, sequenceId: 3 },
    ])
  })

  it('keeps text as text, bytes as base64, and JSON letter by letter', async () => {
    const [ann, raw] = await Promise.all([rig.open(json), rig.open(undefined)])
    await rig.rest.sendToAll('{"a": 1}', { contentType: 'text/plain' })
    await rig.rest.sendToAll(Buffer.from([255, 0]))
    await request('POST', `/api/hubs/odds/:send?${version}`, {
      body: '{"n": 12345678901234567890}',
      headers: { 'content-type': 'application/json' },
    })
    expect(await ann.soFar()).toMatchObject([
      { dataType: 'text', data: '{"a": 1}' },
      { dataType: 'binary', data: '/wA=' },
      { dataType: 'json' },
    ])
    await raw.nextRaw()
    expect(await raw.nextRaw()).toEqual(Buffer.from([255, 0]))
    expect((await raw.nextRaw()).toString()).toBe('{"n": 12345678901234567890}')
  })

  it('leaves out who is excluded or does not pass the filter', async () => {
    const [ann, bob] = await Promise.all([
      rig.open(json, { userId: "it's ann" }),
      rig.open(json, { userId: 'bob', groups: ['g'] }),
    ])
    await rig.rest.sendToAll(1, { excludedConnections: [bob.id] })
    await rig.rest.sendToAll(2, { filter: odata`userId eq ${"it's ann"} or not ('g' in groups)` })
    await rig.rest.group('g').sendToAll(3, { filter: 'length(groups) eq 1' })
    expect((await ann.soFar()).map(({ data }) => data)).toEqual([1, 2])
    expect((await bob.soFar()).map(({ data }) => data)).toEqual([3])
  })

  it('delivers nothing when the filter is wrong', async () => {
    const ann = await rig.open(json)
    const wrong = rig.rest.sendToAll(1, { filter: 'not length(userId) gt 5' })
    await expect(wrong).rejects.toMatchObject({ statusCode: 400, code: 'InvalidFilter' })
    expect(await ann.soFar()).toEqual([])
  })

  it('does not confuse hubs, whose case does not matter', async () => {
    const ann = await rig.open(json)
    const to = (hub: string) => new WebPubSubServiceClient(rig.server.connectionString, hub, { allowInsecureConnection: true })
    await to('bets').sendToAll(1)
    await to('ODDS').sendToAll(2)
    expect((await ann.soFar()).map(({ data }) => data)).toEqual([2])
  })
})

describe('membership', () => {
  it('is given and taken by connection, by user, and by filter', async () => {
    const ann = await rig.open(json, { userId: 'ann' })
    const group = rig.rest.group('a/b ü')
    const has = () => rig.rest.groupExists('a/b ü')
    await group.addConnection(ann.id)
    expect(await has()).toBe(true)
    await group.removeConnection(ann.id)
    expect(await has()).toBe(false)
    await group.addUser('ann')
    expect(await has()).toBe(true)
    await group.removeUser('ann')
    expect(await has()).toBe(false)
    await rig.rest.addConnectionsToGroups(['a/b ü', 'other'], "userId eq 'ann'")
    expect(await has()).toBe(true)
    await rig.rest.removeConnectionsFromGroups(['a/b ü'], 'true')
    expect([await has(), await rig.rest.groupExists('other')]).toEqual([false, true])
    await rig.rest.removeUserFromAllGroups('ann')
    await group.addConnection(ann.id)
    await rig.rest.removeConnectionFromAllGroups(ann.id)
    expect([await has(), await rig.rest.groupExists('other')]).toEqual([false, false])
  })

  it('of nobody is 404 to add and nothing to remove', async () => {
    const group = rig.rest.group('g')
    await expect(group.addConnection('nobody')).rejects.toMatchObject({ statusCode: 404 })
    await expect(group.addUser('nobody')).rejects.toMatchObject({ statusCode: 404 })
    await group.removeConnection('nobody')
    await group.removeUser('nobody')
  })

  it('is listed page by page, in order of arrival', async () => {
    const ids: string[] = []
    for (const userId of ['a', 'b', 'c', 'd', 'e']) ids.push((await rig.open(json, { userId, groups: ['g'] })).id)
    const list = async (options: { maxPageSize: number; top?: number }) => {
      const pages: string[][] = []
      // Typed as an iterator, in fact the promise of one.
      const listed = await Promise.resolve(rig.rest.group('g').listConnections(options))
      for await (const page of listed.byPage()) pages.push(page.map(({ userId }) => String(userId)))
      return pages
    }
    expect(await list({ maxPageSize: 2 })).toEqual([['a', 'b'], ['c', 'd'], ['e']])
    expect(await list({ maxPageSize: 2, top: 3 })).toEqual([['a', 'b'], ['c']])
    const { body } = await request('GET', `/api/hubs/odds/groups/g/connections?${version}`)
    expect(body).toEqual({ value: ids.map((connectionId, at) => ({ connectionId, userId: 'abcde'[at] })) })
  })

  it('tells who is there', async () => {
    const ann = await rig.open(json, { userId: 'ann' })
    const seen = () => Promise.all([rig.rest.connectionExists(ann.id), rig.rest.userExists('ann')])
    expect(await seen()).toEqual([true, true])
    await rig.rest.closeConnection(ann.id)
    expect(await seen()).toEqual([false, false])
  })
})

describe('closing', () => {
  it('tells the reason and closes with 1000', async () => {
    const [ann, raw] = await Promise.all([rig.open(json), rig.open(undefined)])
    await rig.rest.closeAllConnections({ reason: 'maintenance' })
    expect(await ann.next()).toEqual({ type: 'system', event: 'disconnected', message: 'maintenance' })
    expect(await ann.closed).toEqual({ code: 1000, reason: 'maintenance' })
    expect(await raw.closed).toEqual({ code: 1000, reason: 'maintenance' })
  })

  it('is by user or group, but for whom is excluded', async () => {
    const [ann, also, bob] = await Promise.all([
      rig.open(json, { userId: 'ann' }),
      rig.open(json, { userId: 'ann' }),
      rig.open(json, { groups: ['g'] }),
    ])
    await request('POST', `/api/hubs/odds/users/ann/:closeConnections?excluded=${also.id}&${version}`)
    await rig.rest.group('g').closeAllConnections()
    await Promise.all([ann.closed, bob.closed])
    expect(await also.soFar()).toEqual([])
  })

  it('cuts a reason to what a close frame holds', async () => {
    const ann = await rig.open(json)
    await rig.rest.closeConnection(ann.id, { reason: 'ü'.repeat(200) })
    expect(await ann.closed).toEqual({ code: 1000, reason: 'ü'.repeat(61) })
  })
})

describe('permissions', () => {
  it('are granted, revoked and asked for', async () => {
    const ann = await rig.open(json, { roles: ['webpubsub.sendToGroups.b*'] })
    const may = (targetName?: string) =>
      rig.rest.hasPermission(ann.id, 'sendToGroup', targetName === undefined ? {} : { targetName })
    expect([await may('a'), await may('bb'), await may()]).toEqual([false, true, false])
    await rig.rest.grantPermission(ann.id, 'sendToGroup', { targetName: 'a' })
    expect(await may('a')).toBe(true)
    await rig.rest.grantPermission(ann.id, 'sendToGroup')
    await rig.rest.revokePermission(ann.id, 'sendToGroup', { targetName: 'a' })
    expect([await may('a'), await may('c'), await may()]).toEqual([false, true, true])
    await rig.rest.revokePermission(ann.id, 'sendToGroup')
    expect([await may('bb'), await may()]).toEqual([false, false])
  })

  it('of nobody are 404', async () => {
    expect(await rig.rest.hasPermission('nobody', 'sendToGroup')).toBe(false)
    await expect(rig.rest.grantPermission('nobody', 'sendToGroup')).rejects.toMatchObject({ statusCode: 404 })
  })
})

describe('the token that the service makes', () => {
  it('lets its user in, with its roles and groups', async () => {
    const { body } = await request(
      'POST',
      `/api/hubs/odds/:generateToken?userId=ann&role=webpubsub.sendToGroup&group=g&${version}`,
    )
    const ann = rig.dial(`ws://127.0.0.1:${rig.server.port}/client/hubs/odds?access_token=${String(body['token'])}`, json)
    expect(await ann.next()).toMatchObject({ event: 'connected', userId: 'ann' })
    ann.say({ type: 'sendToGroup', group: 'g', data: 1 })
    expect(await ann.next()).toMatchObject({ group: 'g', data: 1 })
  })

  it('is refused for MQTT by name', async () => {
    const answer = await request('POST', `/api/hubs/odds/:generateToken?clientType=mqtt&${version}`)
    expect(answer).toMatchObject({ status: 501, body: { message: "clientType 'mqtt' is not supported.", target: 'clientType' } })
  })
})

describe('refusing', () => {
  const send = `/api/hubs/odds/:send?${version}`
  const text = { body: 'x', headers: { 'content-type': 'text/plain' } }

  it('answers in the form of the service, with its error code as a header', async () => {
    expect(await request('POST', `/api/hubs/odds/:dance?${version}`)).toEqual({
      status: 404,
      code: 'NotFound',
      body: { code: 'NotFound', message: "'POST /api/hubs/odds/:dance' is not supported.", target: '', details: [] },
    })
  })

  it.each([
    ['a foreign key', { authorization: `Bearer ${signToken({ aud: 'http://x/', exp: 9e9 }, 'other')}` }, {}, /not signed/],
    ['no token', { authorization: 'Basic x' }, {}, /no bearer token/],
    ['another path in the audience', {}, { aud: 'http://127.0.0.1/api/hubs/bets/:send' }, /audience/],
    ['an expired token', {}, { exp: 1 }, /has expired/],
    ['an Entra token', { authorization: `Bearer ${Buffer.from('{"alg":"RS256"}').toString('base64url')}.e30.x` }, {}, /RS256/],
  ])('401 for %s', async (_, headers, claims, problem) => {
    const answer = await request('POST', send, { ...text, headers: { ...text.headers, ...headers } }, claims)
    expect(answer).toMatchObject({ status: 401, code: 'Unauthorized' })
    expect(answer.body['message']).toMatch(problem)
  })

  it('not an audience without the query string, nor one of another host', async () => {
    const answer = await request('POST', send, text, { aud: 'https://proxy.example/api/hubs/ODDS/:send' })
    expect(answer.status).toBe(202)
  })

  it.each([
    ['PATCH', send, {}, 405, /'PATCH' is not supported for/],
    ['POST', '/api/hubs/1odds/:send', {}, 400, /'1odds' is no hub name/],
    ['POST', '/api/hubs/odds/:send', text, 400, /api-version '' is not supported; use one of/],
    ['POST', `${send}&dance=1`, text, 400, /Query parameter 'dance' is not supported/],
    ['POST', `/api/hubs/odds/users/u/:send?excluded=c&${version}`, text, 400, /Query parameter 'excluded' is not supported/],
    ['POST', `${send}&messageTtlSeconds=301`, text, 400, /from 0 to 300/],
    ['POST', send, { body: '{', headers: { 'content-type': 'application/json' } }, 400, /The body is not JSON/],
    ['POST', send, { body: Buffer.from([255]), headers: { 'content-type': 'text/plain' } }, 400, /The body is not UTF-8/],
    ['POST', send, { body: 'x', headers: { 'content-type': 'text/html' } }, 415, /'text\/html' is not supported; use/],
    ['POST', send, { ...text, body: 'x'.repeat(1_048_577) }, 413, /at most 1048576 bytes/],
    ['POST', `/api/hubs/odds/groups/%20/:send?${version}`, text, 400, /1 to 1024 characters/],
    ['POST', `/api/hubs/odds/:addToGroups?${version}`, { body: '{"groups":["g"]}' }, 400, /needs groups and a filter/],
    ['PUT', `/api/hubs/odds/permissions/dance/connections/c?${version}`, {}, 400, /Permission 'dance' is not known/],
    ['GET', `/api/hubs/odds/groups/g/connections?maxpagesize=201&${version}`, {}, 400, /from 1 to 200/],
  ])('%s %s', async (method, path, init, status, problem) => {
    const answer = await request(method, path, init)
    expect(answer.status).toBe(status)
    expect(answer.body['message']).toMatch(problem)
    expect(answer.code).toBe(answer.body['code'])
  })

  it('takes a message of exactly a megabyte', async () => {
    expect((await request('POST', send, { ...text, body: 'x'.repeat(1_048_576) })).status).toBe(202)
  })
})
