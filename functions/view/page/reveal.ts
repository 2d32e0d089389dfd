import type { MarketId } from '../../book/ids.ts'

/** Brings a market's card to the middle of the screen, and the keyboard to it; its frame shows where until the reader goes on. */
export function revealCard(market: MarketId): void {
  const card = document.querySelector<HTMLElement>(`[data-market="${CSS.escape(market)}"]`)
  if (card === null) return
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches
  card.tabIndex = -1
  card.focus({ preventScroll: true })
  card.addEventListener('blur', () => card.removeAttribute('tabindex'), { once: true })
  card.scrollIntoView({ block: 'center', behavior: calm ? 'instant' : 'smooth' })
}
