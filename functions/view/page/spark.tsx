import { useComputed } from '@preact/signals'

import type { MarketId, QuoteKey } from '../../book/ids.ts'
import { sparkHeight, sparkPath, sparkWidth } from './spark-path.ts'
import type { Store } from './store.ts'

export const sparkForMs = 86_400_000

/** Where a price went in the last day, as far as it is known; a signal draws it, and no row is rendered for that. */
export function Spark({ store, market, quote }: { store: Store; market: MarketId; quote: QuoteKey }) {
  const path = useComputed(() => {
    void store.tracks.told.value
    const steps = store.tracks.of(market, quote)?.steps
    if (steps === undefined) return ''
    const nowMs = store.serverNowMs.peek()
    return sparkPath(steps, Math.max(nowMs - sparkForMs, steps.atMs[0] ?? 0), nowMs)
  })
  const isStill = useComputed(() => path.value === '')
  if (isStill.value) return null
  return (
    <svg class="spark" viewBox={`0 0 ${sparkWidth} ${sparkHeight}`} aria-hidden="true">
      <path d={path} />
    </svg>
  )
}
