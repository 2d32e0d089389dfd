import type { Socket } from 'node:net'

import type { WebSocket } from 'ws'

import type { Clock } from '../../infra/local/clock.ts'
import type { Mode } from './position.ts'

/** How the recordings of one feed are found, and played as the venue itself would say them. */
export type Shape = {
  /** As in FEEDS. */
  feed: string
  /** `undefined`: nothing of it is in the folder. */
  open(folder: string, conditions: Conditions): Promise<Playing | undefined>
}

export type Conditions = { mode: Mode; clock: Clock; log: (line: string) => void; quota: number }

/** `holds`: what there is, for a person. `settings`: what the app must be told to read it from here. */
export type Playing = { holds: string; speaks: Protocol; settings(at: Addresses): Readonly<Record<string, string>> }
export type Addresses = { http: string; webSocket: string; tcp: string }

export type Protocol =
  | { kind: 'http'; under: readonly string[]; answer(asked: Asked): Promise<Answer> }
  | { kind: 'web-socket'; path: string; accept(socket: WebSocket): void }
  | { kind: 'tcp'; accept(socket: Socket): void }

/** `tags`: what If-None-Match names, or undefined. */
export type Asked = { pathname: string; query: URLSearchParams; tags: string | undefined }
export type Answer = { status: number; headers: Readonly<Record<string, string>>; body: Buffer | string | undefined }
