import { useComputed, useSignal } from '@preact/signals'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'

import type { MarketId } from '../../book/ids.ts'
import { keysOf } from './board-keys.ts'
import { MarketCard } from './card.tsx'
import { Empty, Nothing } from './empty.tsx'
import { cardHeight, emptyLayout, type Layout, layOut, placesWithin } from './layout.ts'
import type { Navigation } from './navigation.ts'
import { useMounted } from './mounting.ts'
import type { Recall } from './recall.ts'
import { useReveal } from './reveal.ts'
import type { Store } from './store.ts'
import { overscan, useViewport } from './viewport.ts'

type GridProps = { store: Store; navigation: Navigation; recall: Recall }

/** The board. Of its cards only those near the screen are in the document, and the one that the keyboard is in. */
export function BoardGrid({ store, navigation, recall }: GridProps) {
  if (store.order.value.length === 0) return store.counts.value.size > 0 ? <NoMatch store={store} /> : <Nothing store={store} />
  return (
    <>
      <Unreadable store={store} />
      <Grid store={store} navigation={navigation} recall={recall} />
    </>
  )
}

function Grid({ store, navigation, recall }: GridProps) {
  const element = useRef<HTMLDivElement>(null)
  const viewport = useViewport(element)
  const before = useRef<Layout>(emptyLayout)
  const layout = useComputed(() => {
    const { columns } = viewport.value
    const order = store.order.value
    void store.reshaped.value
    if (columns === 0) return emptyLayout
    const heightOf = (market: MarketId) => cardHeight(store.card(market)?.peek().lines ?? 0)
    return (before.current = layOut(order, heightOf, columns, before.current))
  })
  // Where the keyboard is must not be taken out of the document.
  const held = useSignal<MarketId | undefined>(undefined)
  useReveal(store, layout, held, element)
  useLayoutEffect(() => keysOf(element, () => layout.peek(), store, navigation), [])

  const { order, columns, column, top, height } = layout.value
  const { from, to } = viewport.value
  const isLaidOut = height > 0
  useLayoutEffect(() => {
    if (isLaidOut && navigation.boardY > 0) scrollTo(0, navigation.boardY)
  }, [isLaidOut])
  const marketsWithin = (from: number, to: number) => placesWithin(layout.value, from, to).flatMap((place) => order[place] ?? [])
  const onScreen = marketsWithin(from, to)
  const wanted = marketsWithin(from - overscan, to + overscan)
  if (held.value !== undefined && !wanted.includes(held.value) && order.includes(held.value)) wanted.push(held.value)
  const now = useMounted(wanted, onScreen, held.value)
  useEffect(() => recall.wish(onScreen), [onScreen.join(' ')])
  const places = new Map(wanted.map((market) => [market, order.indexOf(market)]))
  return (
    <div
      ref={element}
      class="grid"
      role="feed"
      aria-label="Markets"
      style={{ height: `${height}rem`, '--grid-columns': columns }}
      onFocusIn={({ target }) => {
        held.value = marketOf(target)
      }}
      onFocusOut={({ target, relatedTarget }) => {
        if (marketOf(target) === held.value && marketOf(relatedTarget) === undefined) held.value = undefined
      }}
    >
      {now.map((market) => {
        const card = store.card(market)
        const place = places.get(market) ?? -1
        if (card === undefined || place < 0) return null
        return (
          <div key={market} class="slot" style={{ top: `${top[place]}rem`, '--column': column[place] }}>
            <MarketCard store={store} card={card} place={place + 1} of={order.length} />
          </div>
        )
      })}
    </div>
  )
}

const marketOf = (target: EventTarget | null): MarketId | undefined => {
  const card = target instanceof Element ? target.closest<HTMLElement>('[data-market]') : null
  return card?.dataset['market'] as MarketId | undefined
}

function Unreadable({ store }: { store: Store }) {
  const unreadable = store.unreadable.value
  if (unreadable.length === 0) return null
  return (
    <p class="notice" title={unreadable.join('\n')}>
      {unreadable.length === 1 ? 'One market' : `${unreadable.length} markets`} could not be read and{' '}
      {unreadable.length === 1 ? 'is' : 'are'} left out.
    </p>
  )
}

function NoMatch({ store }: { store: Store }) {
  const total = [...store.counts.value.values()].reduce((sum, count) => sum + count, 0)
  return (
    <Empty title="No market matches">
      <p>Try fewer words, another topic or another status.</p>
      <button type="button" onClick={() => store.choose({ words: '', topic: null, feed: null, status: null })}>
        Show all {total} markets
      </button>
    </Empty>
  )
}
