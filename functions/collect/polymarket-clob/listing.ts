import type { MarketId } from '../../book/ids.ts'
import type { Rejected } from '../dead-letter.ts'
import { getJson } from '../http-get.ts'
import { withQuery } from '../page-setting.ts'
import { parsePage } from '../polymarket/raw.ts'
import { clobMarketId, polymarketClob } from './map.ts'
import { type ListedMarket, listedId, parseListed } from './raw.ts'

/** One connection takes this many tokens: beyond that the channel says nothing of any. */
const maxTokens = 500
/** An address has room for so many ids of either kind: servers refuse one of 8 KB. */
const idsPerRequest = 50

/** `unsure`: markets that were open and of which could not be learnt what became. */
export type Listing = { listed: ListedMarket[]; rejected: Rejected[]; unsure: MarketId[]; troubles: string[] }

/**
 * The markets to follow: those that the listing at `url` names, and those that were open and are not on it any more, since a market leaves
 * such a listing as well when it is resolved as when others overtake it. Or, where `tokens` are given, the markets of these.
 */
export async function listMarkets(
  url: URL,
  tokens: readonly string[],
  open: readonly MarketId[],
  signal: AbortSignal,
): Promise<Listing> {
  const found = new Map<string, ListedMarket>()
  const rejected: Rejected[] = []
  const troubles: string[] = []
  const ask = async (address: URL): Promise<boolean> => {
    const answer = await getJson(address.href, null, signal)
    const page = answer.kind === 'body' ? parsePage(answer.json) : undefined
    if (page?.ok === true) {
      for (const raw of page.value.markets) take(raw, found, rejected)
      return true
    }
    troubles.push(answer.kind === 'failed' ? answer.reason : 'answered JSON that is no page of markets')
    return false
  }
  const byIds = async (field: string, ids: readonly string[], isFound: (id: string) => boolean): Promise<string[]> => {
    const unknown: string[] = []
    for (let from = 0; from < ids.length; from += idsPerRequest) {
      const asked = ids.slice(from, from + idsPerRequest)
      // Who does not say `closed` is shown what is open alone.
      for (const closed of ['false', 'true']) {
        const missing = asked.filter((id) => !isFound(id))
        const address = withQuery(new URL(url.pathname, url), { limit: String(idsPerRequest), [field]: missing, closed })
        if (missing.length > 0 && !(await ask(address))) {
          unknown.push(...missing)
          break
        }
      }
    }
    return unknown
  }
  if (tokens.length > 0) {
    const isFound = (token: string) => [...found.values()].some(({ market }) => market.clobTokenIds.includes(token))
    await byIds('clob_token_ids', tokens, isFound)
    return { listed: [...found.values()], rejected, unsure: [], troubles }
  }
  await ask(url)
  const before = open.map((id) => id.slice(polymarketClob.length + 1))
  const unknown = await byIds(
    'condition_ids',
    before.filter((id) => !found.has(id)),
    (id) => found.has(id),
  )
  return { listed: first([...found.values()]), rejected, unsure: unknown.map(clobMarketId), troubles }
}

function take(raw: unknown, found: Map<string, ListedMarket>, rejected: Rejected[]): void {
  const market = parseListed(raw)
  if (market.ok) {
    if (market.value !== null) found.set(market.value.conditionId, market.value)
    return
  }
  const id = listedId(raw)
  rejected.push({ marketId: id === null ? null : clobMarketId(id), reason: market.reason, body: JSON.stringify(raw) })
}

function first(listed: readonly ListedMarket[]): ListedMarket[] {
  let tokens = 0
  return listed.filter(({ market }) => (tokens += market.clobTokenIds.length) <= maxTokens)
}
