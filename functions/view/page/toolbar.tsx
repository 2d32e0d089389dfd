import { useEffect, useRef } from 'preact/hooks'

import { feedName } from '../../book/ids.ts'
import { marketStatuses } from '../../book/quote.ts'
import { type Sort, sorts } from './arrange.ts'
import { isTyping } from './board-keys.ts'
import { PriceChoice } from './choice.tsx'
import { queryOf } from './route.ts'
import type { Store } from './store.ts'

export function Toolbar({ store }: { store: Store }) {
  const feeds = store.feeds.value
  const { feed, status } = store.filter.value
  return (
    <div class="toolbar" role="group" aria-label="What to show">
      <Search store={store} />
      <select
        aria-label="Market status"
        value={status ?? ''}
        onChange={({ currentTarget: { value } }) => store.choose({ status: marketStatuses.find((s) => s === value) ?? null })}
      >
        <option value="">Any status</option>
        {marketStatuses.map((word) => (
          <option key={word} value={word}>
            {sentenceCase(word)}
          </option>
        ))}
      </select>
      {feeds.length > 1 && (
        <select
          aria-label="Feed"
          value={feed ?? ''}
          onChange={({ currentTarget: { value } }) => store.choose({ feed: value === '' ? null : feedName(value) })}
        >
          <option value="">All feeds</option>
          {feeds.map((health) => (
            <option key={health.feed} value={health.feed}>
              {health.feed}
            </option>
          ))}
        </select>
      )}
      <select
        aria-label="Sort"
        value={store.sort.value}
        onChange={({ currentTarget: { value } }) => store.sortBy(sorts.find((sort) => sort === value) ?? 'recent')}
      >
        {sorts.map((sort) => (
          <option key={sort} value={sort}>
            {sortLabels[sort]}
          </option>
        ))}
      </select>
      <PriceChoice store={store} />
      <p class="unseen" aria-live="polite">
        {queryOf(store.filter.value) !== '' && `${store.order.value.length} markets match`}
      </p>
    </div>
  )
}

const sortLabels: Record<Sort, string> = {
  recent: 'Latest change',
  movement: 'Biggest move',
  starts: 'Starts soon',
  name: 'Name',
}
function Search({ store }: { store: Store }) {
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      if (event.key !== '/' || isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return
      event.preventDefault()
      input.current?.focus()
    }
    addEventListener('keydown', focus)
    return () => removeEventListener('keydown', focus)
  }, [])
  const press = (event: KeyboardEvent) => {
    if (event.isComposing) return
    const [first] = store.order.peek()
    const goes = event.key === 'Enter' || event.key === 'ArrowDown'
    if (goes && first !== undefined) store.reveal(first)
    else if (event.key === 'Escape' && store.filter.peek().words === '') document.getElementById('board')?.focus()
    else return
    event.preventDefault()
  }
  return (
    <input
      ref={input}
      type="search"
      placeholder="Search markets"
      aria-label="Search markets and selections"
      aria-keyshortcuts="/"
      value={store.filter.value.words}
      onInput={({ currentTarget: { value } }) => store.choose({ words: value })}
      onKeyDown={press}
    />
  )
}

const sentenceCase = (word: string) => word.charAt(0).toUpperCase() + word.slice(1)
