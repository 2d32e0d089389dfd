import { readdir } from 'node:fs/promises'
import path from 'node:path'

import { readBody } from './bodies.ts'
import type { Moment } from './in-time.ts'

export type Change = { id: string; marketDefinition?: Record<string, unknown> }
export type Message = { pt: number; mc: readonly Change[] }
/** `opens`: the first that its file says, so that whatever was known of its markets before is void. */
export type MessageMoment = Moment & { opens: boolean; message: Message }
export type Definitions = ReadonlyMap<string, Record<string, unknown>>

/** What `betfair/*.jsonl` hold, all begun together, however many years lay between; and the first definition of each market. */
export async function betfairMoments(folder: string): Promise<{ moments: MessageMoment[]; definitions: Definitions }> {
  const own = path.join(folder, 'betfair')
  const files = (await readdir(own).catch(() => [])).filter((file) => /\.jsonl(\.gz)?$/.test(file)).sort()
  const moments: MessageMoment[] = []
  for (const file of files) {
    const lines = (await readBody({ file: path.join(own, file) })).toString().split('\n')
    const messages = lines.filter((line) => line.trim() !== '').map((line) => JSON.parse(line) as Message)
    const firstMs = messages[0]?.pt ?? 0
    for (const [i, { pt, mc = [] }] of messages.entries())
      moments.push({ afterMs: pt - firstMs, opens: i === 0, message: { pt, mc } })
  }
  const definitions = new Map<string, Record<string, unknown>>()
  for (const { id, marketDefinition } of moments.flatMap(({ message }) => message.mc)) {
    if (marketDefinition !== undefined && !definitions.has(id)) definitions.set(id, marketDefinition)
  }
  return { moments: moments.sort((a, b) => a.afterMs - b.afterMs || Number(b.opens) - Number(a.opens)), definitions }
}
