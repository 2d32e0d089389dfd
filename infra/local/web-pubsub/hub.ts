import type { Connection } from './client/connection.ts'
import type { Message } from './delivery/message.ts'
import type { Filter } from './filter/filter.ts'

const nobody: ReadonlySet<Connection> = new Set()

/** The connections of one hub, and who of them is in which group and belongs to which user. */
export class Hub {
  readonly #byId = new Map<string, Connection>()
  readonly #groups = new Map<string, Set<Connection>>()
  readonly #users = new Map<string, Set<Connection>>()

  get groupCount(): number {
    return this.#groups.size
  }

  get size(): number {
    return this.#byId.size
  }

  all(): Iterable<Connection> {
    return this.#byId.values()
  }

  connection(connectionId: string): Connection | undefined {
    return this.#byId.get(connectionId)
  }

  inGroup(group: string): ReadonlySet<Connection> {
    return this.#groups.get(group) ?? nobody
  }

  ofUser(userId: string): ReadonlySet<Connection> {
    return this.#users.get(userId) ?? nobody
  }

  add(connection: Connection): void {
    this.#byId.set(connection.connectionId, connection)
    if (connection.userId !== null) put(this.#users, connection.userId, connection)
  }

  remove(connection: Connection): void {
    this.#byId.delete(connection.connectionId)
    if (connection.userId !== null) take(this.#users, connection.userId, connection)
    this.leaveAll(connection)
  }

  join(connection: Connection, group: string): void {
    connection.groups.add(group)
    put(this.#groups, group, connection)
  }

  leave(connection: Connection, group: string): void {
    connection.groups.delete(group)
    take(this.#groups, group, connection)
  }

  leaveAll(connection: Connection): void {
    for (const group of connection.groups) this.leave(connection, group)
  }
}

export type Choice = { excluded: ReadonlySet<string>; matches: Filter }

export function send(message: Message, recipients: Iterable<Connection>, { excluded, matches }: Choice): void {
  for (const connection of recipients) {
    if (!excluded.has(connection.connectionId) && matches(connection)) connection.deliver(message)
  }
}

function put(index: Map<string, Set<Connection>>, key: string, connection: Connection): void {
  const members = index.get(key)
  if (members === undefined) index.set(key, new Set([connection]))
  else members.add(connection)
}

function take(index: Map<string, Set<Connection>>, key: string, connection: Connection): void {
  const members = index.get(key)
  members?.delete(connection)
  if (members?.size === 0) index.delete(key)
}
