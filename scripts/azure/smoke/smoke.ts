import { type Book } from '../../../functions/book/market.ts'
import { parseBook } from '../../../functions/book/wire.ts'
import { type Board, put } from '../../simulate/board.ts'
import { type Hop, hopsOf } from './hops.ts'
import { listen } from './listen.ts'
import { nextPrice, priceIn, smokeMarket, smokePush, smokeRoute } from './market.ts'

export type SmokeReport = { hops: readonly Hop[]; clocksDifferByMs: number }

const marketRoute = `/api/markets/${encodeURIComponent(smokeMarket)}`
const answerWithinMs = 30_000
/** How often the API is asked whether it has the price by now. */
const lookEveryMs = 50

/**
 * One tick through a running system, from a provider's push to a browser's socket and back out of the API, with the time of each hop. It
 * throws when the tick does not arrive, and says how far it got.
 */
export async function smoke(board: Board, withinMs: number): Promise<SmokeReport> {
  const nowMs = () => performance.timeOrigin + performance.now()
  const signal = AbortSignal.timeout(withinMs)
  const before = await bookIn(board)
  const price = nextPrice(before)
  const browser = await listen(await negotiated(board), signal, nowMs)
  try {
    const pushedAtMs = nowMs()
    await push(board, price)
    const acceptedAtMs = nowMs()
    const { tick, sentAtMs, receivedAtMs } = await browser
      .heard((told) => told.back === price && told.seq > (before?.seq ?? 0))
      .catch(async (error: unknown) => {
        if (!signal.aborted) throw error
        throw new Error(`${await howFar(board, price)} within ${withinMs / 1_000} s`)
      })
    while (priceIn(await bookIn(board)) !== price) {
      if (signal.aborted) throw new Error(`The socket brought the price, and ${marketRoute} lacks it`)
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs))
    }
    return hopsOf({ pushedAtMs, acceptedAtMs, receivedAtMs, readAtMs: nowMs() }, { ...tick, sentAtMs })
  } finally {
    browser.close()
    await push(board, 'closed').catch(() => undefined)
  }
}

async function push(board: Board, price: number | 'closed'): Promise<void> {
  const answer = await put(board, smokeRoute, smokePush(price))
  if (answer.kind !== 'taken') throw new Error(answer.why)
}

/** Where to look, by what is there: the socket got nothing. */
async function howFar(board: Board, price: number): Promise<string> {
  const stored = priceIn(await bookIn(board).catch(() => undefined)) === price
  if (stored) return `${smokeRoute} took the price and the store has it, but no socket got it (fanoutTicks, Web PubSub)`
  return `${smokeRoute} took the price, but it did not get into the store (Event Hubs, dedupe, Cosmos DB)`
}

async function bookIn(board: Board): Promise<Book | undefined> {
  const response = await ask(board, marketRoute)
  if (response.status === 404) {
    // An API that is there says so in its own form; a host without functions does not.
    if (response.headers.get('content-type')?.includes('problem+json')) return undefined
    throw new Error(`${board.url.origin} has no ${marketRoute}: is the app there?`)
  }
  const book = response.ok ? parseBook(await response.json()) : undefined
  if (book?.ok !== true)
    throw new Error(`${board.url.origin}${marketRoute} answers ${response.status}${book ? `: ${book.reason}` : ''}`)
  return book.value
}

async function negotiated(board: Board): Promise<string> {
  const response = await ask(board, '/api/negotiate', { method: 'POST' })
  if (response.status === 401)
    throw new Error('/api/negotiate lets in only those who are signed in (NEGOTIATE=authenticated), which this test is not')
  if (!response.ok) throw new Error(`${board.url.origin}/api/negotiate answers ${response.status}`)
  return ((await response.json()) as { url: string }).url
}

async function ask({ url }: Board, route: string, init: RequestInit = {}): Promise<Response> {
  try {
    return await fetch(new URL(route, url), { ...init, signal: AbortSignal.timeout(answerWithinMs) })
  } catch (cause) {
    const why = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause)
    throw new Error(`${url.origin} cannot be reached: ${why}`, { cause })
  }
}

/** A line a hop. */
export function linesOf({ hops, clocksDifferByMs }: SmokeReport): string[] {
  const lines = hops.map(
    ({ name, atMs, tookMs }) => `${name.padEnd(9)} ${atMs.toFixed(0).padStart(6)} ms   +${tookMs.toFixed(0)}  ${means[name]}`,
  )
  if (clocksDifferByMs === 0) return lines
  return [...lines, `(the system's clocks and ours differ by ${clocksDifferByMs} ms, which is put right above)`]
}

const means: Record<Hop['name'], string> = {
  accepted: 'the push was answered',
  stored: 'dedupe has saved it',
  sent: 'fanout has sent it',
  received: 'the browser has it',
  read: 'the API has it',
}
