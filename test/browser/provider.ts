import { eventually, type WholeStack } from '../support/whole-stack.ts'

const key = 'a-key-for-tests'

/** No feed but what the test pushes. */
export const onlyPushed = { FEEDS: '', FUNCTIONS_LOCAL_KEY: key }

/** Selection by selection and bookmaker by bookmaker, the price to back at; `last` and `lay` are around it. */
export type Pushed = {
  id: string
  name: string
  topic: 'politics' | 'sports'
  prices: Record<string, Record<string, number>>
  status?: 'open' | 'suspended' | 'closed'
}

/** A provider of invented markets, on the way that is open to all. */
export function provider(whole: WholeStack, feed: string) {
  const push = async (...markets: readonly Pushed[]): Promise<void> => {
    const url = new URL(`/api/feeds/${feed}/odds`, whole.stack.url)
    const body = JSON.stringify(markets.map(bodyOf))
    // The app may be on its way back from a death.
    await eventually('the push is taken', async () => {
      const response = await fetch(url, { method: 'PUT', headers: { 'x-functions-key': key }, body })
      const answer = await response.text()
      if (response.status !== 202 || !answer.includes('"rejected":0')) throw new Error(`${response.status} ${answer}`)
      return true
    })
  }
  return { push }
}

function bodyOf({ id, name, topic, prices, status = 'open' }: Pushed): object {
  const probability = topic === 'politics'
  const quote = (bookmaker: string, back: number) =>
    probability ? { bookmaker, last: back, back, lay: Math.round(back * 100 - 1) / 100, status } : { bookmaker, back, status }
  return {
    marketId: id,
    topic,
    complete: true,
    priceFormat: probability ? 'probability' : 'decimal',
    market: { name, status },
    selections: Object.entries(prices).map(([selection, quotes]) => ({
      id: `${id}-${selection}`,
      name: selection,
      quotes: Object.entries(quotes).map(([bookmaker, back]) => quote(bookmaker, back)),
    })),
  }
}
