import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { expect } from 'vitest'

import type { Book } from '../../functions/book/market.ts'
import type { MarketsAnswer } from '../../functions/book/wire.ts'
import { chromiumArgs, findChromium } from '../support/chromium.ts'
import { valuesOf } from '../support/replay.ts'
import { eventually, type WholeStack } from '../support/whole-stack.ts'

export const executablePath = findChromium()
if (executablePath === undefined) console.warn('No Chromium found (CHROMIUM_PATH): the browser tests are skipped')

export const launch = (): Promise<Browser> => chromium.launch({ executablePath: executablePath ?? '', args: chromiumArgs })

/** Someone who looks at a board: their page, what it holds, and what went wrong in it. */
export type Reader = {
  page: Page
  troubles: string[]
  held(): Promise<readonly Book[]>
  state(): Promise<string>
  /** Brings a market's card before the reader: only those near the screen are in the document. */
  show(market: string): Promise<void>
}

export const desk = { viewport: { width: 1440, height: 900 } }

export async function reader(context: BrowserContext): Promise<Reader> {
  const page = await context.newPage()
  const troubles: string[] = []
  page.on('pageerror', (error) => troubles.push(error.message))
  // The feeds' images are out of reach here, and are not what is tested.
  await page.route(/^https:/, (route) => route.abort())
  return {
    page,
    troubles,
    held: async () => (await page.evaluate(() => window.oddscast.board())).markets,
    state: () => page.evaluate(() => window.oddscast.state()),
    show: (market) => page.evaluate((market) => window.oddscast.show(market as Book['marketId']), market),
  }
}

export const marketsOf = async (whole: WholeStack) => ((await whole.api('/api/markets')) as MarketsAnswer).markets

/** Every market's values, as the page holds them or the API says they are. */
export const byMarket = (markets: readonly Book[]) =>
  Object.fromEntries(markets.map((market) => [market.marketId, valuesOf(market)]))

export const expectSameAsApi = (looking: Reader, whole: WholeStack, withinMs?: number) =>
  eventually(
    'the page holds what the API says',
    async () => {
      expect(byMarket(await looking.held())).toEqual(byMarket(await marketsOf(whole)))
      return true
    },
    withinMs,
  )
