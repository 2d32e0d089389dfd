import type { ReadonlySignal, Signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'

import type { MarketId } from '../../book/ids.ts'
import { cardHeight, type Layout } from './layout.ts'
import type { Store } from './store.ts'
import { remPixels } from './viewport.ts'

/**
 * Brings a market's card to the middle of the screen, and the keyboard to it; its frame shows where until the reader goes on. The card
 * may not be in the document yet: it is held there first, and found once it has been rendered.
 */
export function useReveal(
  store: Store,
  layout: ReadonlySignal<Layout>,
  held: Signal<MarketId | undefined>,
  grid: { current: HTMLElement | null },
) {
  const revealed = store.revealed.value
  useEffect(() => {
    if (revealed === undefined || Date.now() - revealed.atMs > forgottenAfterMs) return
    const { market } = revealed
    held.value = market
    const drawn = requestAnimationFrame(() => {
      showCard(grid.current, market, layout.peek(), store.card(market)?.peek().lines ?? 0)
    })
    return () => cancelAnimationFrame(drawn)
  }, [revealed])
}

/** What was asked for before the reader went elsewhere and came back. */
const forgottenAfterMs = 1_000

function showCard(grid: HTMLElement | null, market: MarketId, { order, top }: Layout, lines: number) {
  const card = grid?.querySelector<HTMLElement>(`[data-market="${CSS.escape(market)}"]`)
  if (grid === null || card === undefined || card === null) return
  card.focus({ preventScroll: true })
  const rem = remPixels()
  const y = (top[order.indexOf(market)] ?? 0) * rem
  const middle = y + (cardHeight(lines) * rem) / 2 - innerHeight / 2
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches
  scrollBy({ top: grid.getBoundingClientRect().top + middle, behavior: calm ? 'instant' : 'smooth' })
}
