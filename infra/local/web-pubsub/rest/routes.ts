import * as v from '@badrap/valita'

import type { Connection } from '../client/connection.ts'
import { type Action, allows, grant, revoke } from '../client/roles.ts'
import { Message, type Origin } from '../delivery/message.ts'
import { type Hub, send } from '../hub.ts'
import { isGroupName } from '../names.ts'
import { Refusal } from '../refusal.ts'
import { type Call, choiceOf, connectionOf, expiryOf, filterOf, groupOf, parseJson, part, payloadOf, utf8 } from './call.ts'
import { clientToken } from './client-token.ts'
import { page } from './paging.ts'

export type Answer = { status: number; json?: unknown }
export type Route = {
  /** Method, and path below `/api/hubs/{hub}/`. */
  request: string
  /** A query parameter outside this list is refused: to pass over it would change what the call means. */
  query: readonly string[]
  run: Run
}
type Run = (call: Call, hub: Hub) => Answer

const done: Answer = { status: 200 }
const accepted: Answer = { status: 202 }
const gone: Answer = { status: 204 }
const found = (exists: boolean): Answer => ({ status: exists ? 200 : 404 })
const selecting = ['excluded', 'filter', 'messageTtlSeconds']
const closing = ['excluded', 'reason']

/** The data plane of api-version 2024-12-01, but for its health check. */
export const routes: readonly Route[] = [
  route('POST :send', selecting, (call, hub) => deliver(call, { from: 'server' }, hub.all())),
  route('POST groups/{group}/:send', selecting, (call, hub) => {
    const group = groupOf(call)
    return deliver(call, { from: 'group', group, fromUserId: null }, hub.inGroup(group))
  }),
  route('POST users/{userId}/:send', ['filter', 'messageTtlSeconds'], (call, hub) =>
    deliver(call, { from: 'server' }, hub.ofUser(part(call, 'userId'))),
  ),
  route('POST connections/{connectionId}/:send', ['messageTtlSeconds'], (call, hub) =>
    deliver(call, { from: 'server' }, hub.connection(part(call, 'connectionId'))),
  ),

  route('POST :addToGroups', [], (call, hub) => regroup(call, hub, (connection, group) => hub.join(connection, group))),
  route('POST :removeFromGroups', [], (call, hub) => regroup(call, hub, (connection, group) => hub.leave(connection, group))),
  route('PUT groups/{group}/connections/{connectionId}', [], (call, hub) => {
    hub.join(connectionOf(call), groupOf(call))
    return done
  }),
  route('DELETE groups/{group}/connections/{connectionId}', [], (call, hub) => {
    const group = groupOf(call)
    return forEach(hub.connection(part(call, 'connectionId')), (connection) => hub.leave(connection, group))
  }),
  route('DELETE connections/{connectionId}/groups', [], (call, hub) =>
    forEach(hub.connection(part(call, 'connectionId')), (connection) => hub.leaveAll(connection)),
  ),
  route('PUT users/{userId}/groups/{group}', [], (call, hub) => {
    const [userId, group] = [part(call, 'userId'), groupOf(call)]
    const connections = hub.ofUser(userId)
    if (connections.size === 0) throw new Refusal(404, 'NotFound', `User '${userId}' is not connected.`, 'userId')
    for (const connection of connections) hub.join(connection, group)
    return done
  }),
  route('DELETE users/{userId}/groups/{group}', [], (call, hub) => {
    const group = groupOf(call)
    return forEach(hub.ofUser(part(call, 'userId')), (connection) => hub.leave(connection, group))
  }),
  route('DELETE users/{userId}/groups', [], (call, hub) =>
    forEach(hub.ofUser(part(call, 'userId')), (connection) => hub.leaveAll(connection)),
  ),

  route('HEAD connections/{connectionId}', [], (call, hub) => found(hub.connection(part(call, 'connectionId')) !== undefined)),
  route('HEAD groups/{group}', [], (call, hub) => found(hub.inGroup(groupOf(call)).size > 0)),
  route('HEAD users/{userId}', [], (call, hub) => found(hub.ofUser(part(call, 'userId')).size > 0)),
  route('GET groups/{group}/connections', ['maxpagesize', 'top', 'continuationToken'], (call, hub) => ({
    status: 200,
    json: page(call, [...hub.inGroup(groupOf(call))]),
  })),

  route('DELETE connections/{connectionId}', ['reason'], (call, hub) => close(call, hub.connection(part(call, 'connectionId')))),
  route('POST :closeConnections', closing, (call, hub) => close(call, hub.all())),
  route('POST groups/{group}/:closeConnections', closing, (call, hub) => close(call, hub.inGroup(groupOf(call)))),
  route('POST users/{userId}/:closeConnections', closing, (call, hub) => close(call, hub.ofUser(part(call, 'userId')))),

  route('PUT permissions/{permission}/connections/{connectionId}', ['targetName'], (call) => {
    const [action, { rights }] = [actionOf(call), connectionOf(call)]
    rights[action] = grant(rights[action], call.query.get('targetName') ?? undefined)
    return done
  }),
  route('DELETE permissions/{permission}/connections/{connectionId}', ['targetName'], (call, hub) => {
    const action = actionOf(call)
    return forEach(hub.connection(part(call, 'connectionId')), ({ rights }) => {
      rights[action] = revoke(rights[action], call.query.get('targetName') ?? undefined)
    })
  }),
  route('HEAD permissions/{permission}/connections/{connectionId}', ['targetName'], (call, hub) => {
    const right = hub.connection(part(call, 'connectionId'))?.rights[actionOf(call)]
    const group = call.query.get('targetName')
    return found(right !== undefined && (group === null ? right.every : allows(right, group)))
  }),

  route('POST :generateToken', ['userId', 'role', 'group', 'minutesToExpire', 'clientType'], (call) => ({
    status: 200,
    json: { token: clientToken(call) },
  })),
]

function route(request: string, query: readonly string[], run: Run): Route {
  return { request, query, run }
}

type Some = Iterable<Connection> | Connection | undefined

function forEach(some: Some, act: (connection: Connection) => void): Answer {
  for (const connection of listed(some)) act(connection)
  return gone
}

function listed(some: Some): Iterable<Connection> {
  if (some === undefined) return []
  return Symbol.iterator in some ? some : [some]
}

function deliver(call: Call, origin: Origin, some: Some): Answer {
  call.service.gates.beforeSend()
  const [message, choice] = [new Message(origin, payloadOf(call), expiryOf(call)), choiceOf(call)]
  call.service.counters.messagesIn++
  send(message, listed(some), choice)
  return accepted
}

const regrouping = v.object({ groups: v.array(v.string()), filter: v.string() })

function regroup(call: Call, hub: Hub, act: (connection: Connection, group: string) => void): Answer {
  const asked = regrouping.try(parseJson(utf8(call.body)))
  if (!asked.ok)
    throw new Refusal(400, 'InvalidBody', `The body needs groups and a filter ('true' for all): ${asked.message}`, 'body')
  const bad = asked.value.groups.find((group) => !isGroupName(group))
  if (bad !== undefined) throw new Refusal(400, 'InvalidGroup', `'${bad}' is no group name.`, 'groups')
  const matches = filterOf(call, asked.value.filter)
  const chosen = [...hub.all()].filter(matches)
  for (const connection of chosen) for (const group of asked.value.groups) act(connection, group)
  return done
}

function close(call: Call, some: Some): Answer {
  const { excluded } = choiceOf(call)
  const reason = call.query.get('reason') ?? ''
  return forEach([...listed(some)], (connection) => {
    if (!excluded.has(connection.connectionId)) connection.end(1000, reason)
  })
}

function actionOf(call: Call): Action {
  const permission = part(call, 'permission')
  if (permission === 'joinLeaveGroup' || permission === 'sendToGroup') return permission
  throw new Refusal(
    400,
    'InvalidArgument',
    `Permission '${permission}' is not known; use joinLeaveGroup or sendToGroup.`,
    'permission',
  )
}
