import { type ReadonlySignal, useComputed } from '@preact/signals'
import { useRef } from 'preact/hooks'

import type { Book } from '../../book/market.ts'
import type { Pricing } from '../../book/pricing.ts'
import { isRemoved } from './arrange.ts'
import { useFlash } from './flash.ts'
import { formatAgo, formatOverround } from './format.ts'
import { startDistance, startFormat } from './start.ts'
import type { Card, Store } from './store.ts'

/** In which state a market is, whose it is, and what its prices keep. */
export function Facts({ book, priced }: { book: Book; priced: Pricing }) {
  const { status, inPlay } = book
  const badge = useRef<HTMLSpanElement>(null)
  useFlash(badge, 'line', `${status} ${inPlay}`)
  const delisted = status === 'closed' && book.selections.length > 0 && book.selections.every(isRemoved)
  return (
    <p class="facts">
      <span ref={badge} class="badges">
        {(status !== 'open' || inPlay !== true) && (
          <span class="badge" data-status={status}>
            {status}
          </span>
        )}
        {inPlay === true && (
          <span class="badge" data-status="in-play">
            in play
          </span>
        )}
      </span>
      <span>{book.feed}</span>
      {delisted && <span title="A complete read of its feed lacked it. Its last prices are shown">no longer listed</span>}
      {status === 'open' && priced.overround !== null && (
        <span
          data-overround={priced.overround}
          title="What is kept if every selection is backed where it pays most: the sum of implied probabilities, less 100%"
        >
          overround {formatOverround(priced.overround)}
        </span>
      )}
    </p>
  )
}

const startWords = startFormat()
const fullStart = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'short' })

/** When the fixture starts, in the reader's time zone; and when it was to start, where that moved in front of the reader. */
export function Start({ store, card }: { store: Store; card: ReadonlySignal<Card> }) {
  const { book, startWasMs } = card.value
  const startsAtMs = book.fixture?.startsAtMs ?? null
  const words = (ms: number | null) => (ms === null ? '' : startWords(ms, store.serverHourMs.value))
  const at = useComputed(() => words(card.value.book.fixture?.startsAtMs ?? null))
  // Far away only days are told, and it may have moved by hours.
  const was = useComputed(() => {
    const before = words(card.value.startWasMs)
    return before === at.value ? 'moved' : `was ${before}`
  })
  const distance = useComputed(() => {
    const { fixture, inPlay } = card.value.book
    return fixture?.startsAtMs ? startDistance(fixture.startsAtMs, store.serverNowMs.value, inPlay) : ''
  })
  if (startsAtMs === null) return null
  const over = book.status === 'closed' || book.status === 'settled'
  return (
    <p class="start" title={`${book.fixture?.name}: ${fullStart.format(startsAtMs)}`}>
      <span class="unseen">Starts </span>
      <time dateTime={new Date(startsAtMs).toISOString()}>{at}</time>
      {startWasMs !== null && <span class="was">{was}</span>}
      {!over && <span>{distance}</span>}
    </p>
  )
}

/** What a market did lately is told for this long in place of when its prices moved. */
const turnToldForMs = 60_000

/** Text that changes each second on hundreds of cards: computed signals write into the text node, and no card is rendered. */
export function Times({ store, card }: { store: Store; card: ReadonlySignal<Card> }) {
  const latest = useComputed(() => {
    const { turn, book } = card.value
    const nowMs = store.serverNowMs.value
    const told = turn !== null && nowMs - turn.atMs < turnToldForMs ? turn : undefined
    return `${told?.words ?? 'changed'} ${formatAgo(nowMs - (told?.atMs ?? book.changedAtMs))}`
  })
  const seen = useComputed(() => {
    const health = store.feedsByName.value.get(card.value.book.feed)
    const seenAtMs = health === undefined ? null : health.everyMs === null ? health.polledAtMs : health.completeAtMs
    return seenAtMs === null ? 'not seen yet' : `seen ${formatAgo(store.serverNowMs.value - seenAtMs)}`
  })
  return (
    <footer>
      <span>{latest}</span>
      <span title="When its feed was last read completely">{seen}</span>
    </footer>
  )
}
