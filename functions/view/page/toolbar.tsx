import { type ReadonlySignal, useComputed } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'

import { feedName } from '../../book/ids.ts'
import { marketStatuses } from '../../book/quote.ts'
import { type Sort, sorts } from './arrange.ts'
import { type PriceView, priceViews } from './format.ts'
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
      <Choice name="Sort" words={sorts} labels={sortLabels} chosen={store.sort} choose={(sort) => store.sortBy(sort)} />
      <Choice
        name="Prices"
        words={priceViews}
        labels={viewLabels}
        chosen={store.view}
        choose={(view) => {
          store.view.value = view
        }}
      />
    </div>
  )
}

const sortLabels: Record<Sort, string> = { recent: 'Recent', name: 'Name' }
const viewLabels: Record<PriceView, string> = { feed: 'As quoted', decimal: 'Decimal', american: 'American', probability: '%' }

function Search({ store }: { store: Store }) {
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLElement && event.target.closest('input, select, textarea') !== null
      if (event.key !== '/' || typing || event.ctrlKey || event.metaKey || event.altKey) return
      event.preventDefault()
      input.current?.focus()
    }
    addEventListener('keydown', focus)
    return () => removeEventListener('keydown', focus)
  }, [])
  return (
    <input
      ref={input}
      type="search"
      placeholder="Search markets"
      aria-label="Search markets and selections"
      aria-keyshortcuts="/"
      value={store.filter.value.words}
      onInput={({ currentTarget: { value } }) => store.choose({ words: value })}
    />
  )
}

type ChoiceProps<T extends string> = {
  name: string
  words: readonly T[]
  labels: Record<T, string>
  chosen: ReadonlySignal<T>
  choose: (word: T) => void
}

/** Radio buttons side by side: the arrow keys go from one to the next. */
function Choice<T extends string>({ name, words, labels, chosen, choose }: ChoiceProps<T>) {
  const current = useComputed(() => chosen.value).value
  return (
    <fieldset class="choice">
      <legend class="unseen">{name}</legend>
      {words.map((word) => (
        <label key={word}>
          <input type="radio" name={name} checked={current === word} onChange={() => choose(word)} />
          <span>{labels[word]}</span>
        </label>
      ))}
    </fieldset>
  )
}

const sentenceCase = (word: string) => word.charAt(0).toUpperCase() + word.slice(1)
