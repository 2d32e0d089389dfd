import { readdir } from 'node:fs/promises'
import path from 'node:path'

import type { WebSocket } from 'ws'

import { readBody } from './bodies.ts'
import { inTime, type Moment, newcomersPlace, startOf } from './in-time.ts'
import type { Shape } from './shape.ts'

/** As it came over the socket, and the tokens it is about. */
type Frame = Moment & { text: string; tokens: readonly string[] }
type Recorded = { recv_ms: number; payload: string }

/** The market channel: who subscribes to tokens is told what was recorded of them, and who names none, everything. */
export const polymarketClob: Shape = {
  feed: 'polymarket-clob',
  async open(folder, { mode, clock, log }) {
    const frames = await framesIn(path.join(folder, 'polymarket/enrico-ws-frames'))
    if (frames.length === 0) return undefined
    const start = startOf(mode, clock)
    const tokens = [...new Set(frames.flatMap((frame) => frame.tokens))]

    async function play(socket: WebSocket, asked: ReadonlySet<string>, signal: AbortSignal): Promise<void> {
      const wanted = frames.filter((frame) => asked.size === 0 || frame.tokens.some((token) => asked.has(token)))
      log(
        `subscribed to ${asked.size === 0 ? 'all' : asked.size} tokens: ${wanted.length} of ${frames.length} frames are about them`,
      )
      for await (const { moment, shiftMs } of inTime(wanted, start, newcomersPlace(wanted, start), signal)) {
        await new Promise((resolve) => socket.send(later(moment.text, shiftMs), resolve))
      }
    }

    return {
      holds: `${frames.length} frames about ${tokens.length} tokens`,
      settings: ({ http, webSocket }) => ({
        POLYMARKET_CLOB_URL: `${webSocket}/ws/market`,
        POLYMARKET_CLOB_MARKETS_URL: `${http}/markets/keyset?closed=false`,
        POLYMARKET_CLOB_TOKENS: tokens.join(','),
      }),
      speaks: {
        kind: 'web-socket',
        path: '/ws/market',
        accept(socket) {
          let playing = new AbortController()
          socket.on('message', (message: Buffer) => {
            const words = message.toString()
            if (words === 'PING') return socket.send('PONG')
            const asked = tokensAsked(words)
            if (asked === undefined) return socket.send('INVALID OPERATION')
            playing.abort()
            playing = new AbortController()
            play(socket, asked, playing.signal).catch(() => socket.terminate())
          })
          socket.on('close', () => playing.abort())
          socket.on('error', () => undefined)
        },
      },
    }
  },
}

async function framesIn(folder: string): Promise<Frame[]> {
  const files = (await readdir(folder).catch(() => [])).filter((file) => /\.jsonl(\.gz)?$/.test(file)).sort()
  const texts = await Promise.all(files.map(async (file) => (await readBody({ file: path.join(folder, file) })).toString()))
  const recorded = texts
    .flatMap((text) => text.split('\n'))
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as Recorded)
  const firstMs = recorded[0]?.recv_ms ?? 0
  return recorded.map(({ recv_ms, payload }) => ({
    afterMs: recv_ms - firstMs,
    text: payload,
    tokens: [...payload.matchAll(/"asset_id": ?"(\d+)"/g)].map((match) => match[1] ?? ''),
  }))
}

function tokensAsked(words: string): ReadonlySet<string> | undefined {
  try {
    const { assets_ids } = JSON.parse(words) as { assets_ids?: string[] }
    return new Set(assets_ids)
  } catch {
    return undefined
  }
}

/** A recording that begins anew goes on in time: a frame from before the last one would be a stale one. */
const later = (text: string, byMs: number) =>
  byMs === 0 ? text : text.replaceAll(/("timestamp": ?")(\d+)"/g, (_, key: string, ms: string) => `${key}${Number(ms) + byMs}"`)
