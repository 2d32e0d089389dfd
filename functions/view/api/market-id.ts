import type { MarketId } from '../../book/ids.ts'
import { problem } from '../../http/reply.ts'

export function marketIdIn(params: Readonly<Record<string, string>>): MarketId | undefined {
  const id = params['id'] ?? ''
  return id.length <= 256 && /^[a-z][a-z0-9-]*:./.test(id) ? (id as MarketId) : undefined
}

export const badMarketId = problem(400, 'No market id', 'A market id is <feed>:<id>, as in predictit:7053')
export const noSuchMarket = (id: string) => problem(404, 'No such market', `There is no market ${id}. GET /api/markets lists all`)
