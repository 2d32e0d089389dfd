import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import path from 'node:path'

import { type WebSocket, WebSocketServer } from 'ws'

import { ClobMarkets, type Applied } from '../../functions/collect/polymarket-clob/markets.ts'
import { parseFrame, parseListed } from '../../functions/collect/polymarket-clob/raw.ts'
import type { JsonValue } from './fuzz.ts'

type Json = { [name: string]: JsonValue }
const fixtures = path.resolve(import.meta.dirname, '../fixtures')

/** Invented: what a listing has, and what the channel says of two of its markets. */
export const listing = () => readFileSync(path.join(fixtures, 'polymarket/markets.json'), 'utf8')
export const listedMarkets = () => (JSON.parse(listing()) as { markets: (Json & { clobTokenIds: string })[] }).markets
export const clobFrames = () => readFileSync(path.join(fixtures, 'polymarket-clob/frames.jsonl'), 'utf8').trimEnd().split('\n')

export const observedAtMs = Date.UTC(2031, 6, 11)

/** What these frames make of markets that are listed so. */
export function applied(frames: readonly string[], listed: readonly Json[] = listedMarkets(), tokens: readonly string[] = []) {
  const markets = new ClobMarkets(tokens)
  const into: Applied = { snapshots: [], rejected: [] }
  const parsed = listed.map(parseListed).flatMap((market) => (market.ok && market.value !== null ? [market.value] : []))
  markets.define(parsed, observedAtMs, into)
  for (const frame of frames) {
    const events = parseFrame(frame)
    if (events.ok) for (const event of events.value) markets.apply(event, observedAtMs, into)
  }
  return { ...into, markets }
}

/** A server on this machine that speaks the channel's part as far as the test says it. */
export type ClobServer = AsyncDisposable & {
  url: string
  /** What each connection has said, but for its pings. */
  heard: string[][]
  says(frame: string): void
  drops(): void
}

export async function clobServer({ pongs = true } = {}): Promise<ClobServer> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', path: '/ws/market' })
  await once(server, 'listening')
  const heard: string[][] = []
  let last: WebSocket | undefined
  server.on('connection', (socket) => {
    last = socket
    const said: string[] = []
    heard.push(said)
    socket.on('error', () => undefined)
    socket.on('message', (data: Buffer) => {
      const text = data.toString()
      if (text !== 'PING') said.push(text)
      else if (pongs) socket.send('PONG')
    })
  })
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws/market`,
    heard,
    says: (frame) => last?.send(frame),
    drops: () => last?.terminate(),
    async [Symbol.asyncDispose]() {
      for (const socket of server.clients) socket.terminate()
      server.close()
      await once(server, 'close')
    },
  }
}
