/** Somebody who is connected to the socket, as the register keeps it. `seenAtMs`: when the service last said so. */
export type Client = {
  /** The service's id of the connection. */
  id: string
  userId: string | null
  protocol: string | null
  connectedAtMs: number
  seenAtMs: number
}

/**
 * One document a connection; what the service does not confirm any more expires. Events come in any order, and more than once: what is gone
 * stays known as gone for as long as an older event may still come.
 */
export type ClientRegister = {
  /** Does nothing where the connection is known, or known as gone. */
  add(client: Client): Promise<void>
  /** Whether or not it was there. */
  remove(id: string): Promise<void>
  /** The service confirms it. Does nothing where it has gone meanwhile. */
  renew(client: KeptClient, seenAtMs: number): Promise<void>
  all(): Promise<{ clients: readonly KeptClient[]; gone: ReadonlySet<string> }>
}
/** `etag`: the document as it was read. */
export type KeptClient = Client & { etag: string }

/** A client that nobody confirms for so long is taken for gone. */
export const expiresAfterMs = 3_600_000
