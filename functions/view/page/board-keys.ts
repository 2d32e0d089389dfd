import type { MarketId } from '../../book/ids.ts'
import { type Layout, neighbour } from './layout.ts'
import type { Navigation } from './navigation.ts'
import type { Store } from './store.ts'

/**
 * From card to card by keyboard: j and k go through them in their order; the arrows up and down within a column, once a card has the focus,
 * left and right as k and j do; Enter opens.
 */
export function keysOf(
  grid: { current: HTMLElement | null },
  layout: () => Layout,
  store: Store,
  navigation: Navigation,
): () => void {
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
    const focused = document.activeElement?.closest<HTMLElement>('[data-market]') ?? null
    const market = focused?.dataset['market'] as MarketId | undefined
    const onCard = focused !== null && focused === document.activeElement
    if (event.key === 'Enter' && onCard && market !== undefined) return navigation.go({ at: 'market', market })
    const to = target(layout(), event.key, market, onCard)
    if (to === undefined) return
    event.preventDefault()
    store.reveal(to)
  }
  addEventListener('keydown', press)
  return () => removeEventListener('keydown', press)

  function target(layout: Layout, key: string, market: MarketId | undefined, onCard: boolean): MarketId | undefined {
    const { order } = layout
    if (!onCard && key !== 'j' && key !== 'k') return undefined
    const place = market === undefined ? -1 : order.indexOf(market)
    if (place === -1) return key === 'j' || key === 'k' ? order[firstOnScreen(grid.current, order)] : undefined
    if (key === 'j' || key === 'ArrowRight') return order[place + 1]
    if (key === 'k' || key === 'ArrowLeft') return order[place - 1]
    const step = key === 'ArrowDown' ? 1 : key === 'ArrowUp' ? -1 : undefined
    return step === undefined ? undefined : order[neighbour(layout, place, step) ?? -1]
  }
}

export const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement && target.closest('input:not([type=radio], [type=checkbox]), select, textarea') !== null

/** Whoever begins with the keyboard begins where they look. */
function firstOnScreen(grid: HTMLElement | null, order: readonly MarketId[]): number {
  const cards = [...(grid?.querySelectorAll<HTMLElement>('[data-market]') ?? [])]
  const header = document.querySelector('.top')?.getBoundingClientRect().bottom ?? 0
  const card = cards.find((card) => card.getBoundingClientRect().top >= Math.max(0, header))
  return Math.max(0, order.indexOf(card?.dataset['market'] as MarketId))
}
