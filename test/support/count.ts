/**
 * Independent counts: what the raw input says, by code that shares nothing with the pipeline. A value is last, back and lay.
 */
type Contract = { id: number; lastTradePrice: number; bestBuyYesCost: number | null; bestSellYesCost: number | null }

/** Over PredictIt bodies in order: contracts seen for the first time, and changes of value after that. */
export function countBodies(bodies: Iterable<string>): { opened: number; changed: number } {
  const values = new Map<number, string>()
  const count = { opened: 0, changed: 0 }
  for (const body of bodies) {
    const { markets } = JSON.parse(body) as { markets: { contracts: Contract[] }[] }
    for (const { id, lastTradePrice, bestBuyYesCost, bestSellYesCost } of markets.flatMap((market) => market.contracts)) {
      const value = JSON.stringify([lastTradePrice, bestBuyYesCost, bestSellYesCost])
      if (!values.has(id)) count.opened++
      else if (values.get(id) !== value) count.changed++
      values.set(id, value)
    }
  }
  return count
}

type Published = {
  marketId: string
  selections?: { id: string; quotes: { last: unknown; back: unknown; lay: unknown; status: unknown }[] }[]
}

/** Over the messages of a hub in order: ticks a market should have, and the value each selection should end with. */
export function countMessages(messages: Iterable<Published>): { ticks: number; values: Map<string, string> } {
  const values = new Map<string, string>()
  let ticks = 0
  for (const { selections = [] } of messages) {
    for (const { id, quotes } of selections) {
      const value = JSON.stringify(quotes.map(({ last, back, lay, status }) => [last, back, lay, status]))
      if (values.get(id) !== value) ticks++
      values.set(id, value)
    }
  }
  return { ticks, values }
}
