import type { ReadonlySignal } from '@preact/signals'

import { type PriceView, priceViews } from './format.ts'
import type { Store } from './store.ts'

/** How the reader wants prices; the board and the page of a market have the same switch. */
export const PriceChoice = ({ store }: { store: Store }) => (
  <Choice
    name="Prices"
    words={priceViews}
    labels={viewLabels}
    chosen={store.view}
    choose={(view) => {
      store.view.value = view
    }}
  />
)

const viewLabels: Record<PriceView, string> = { feed: 'As quoted', decimal: 'Decimal', american: 'American', probability: '%' }

type ChoiceProps<T extends string> = {
  name: string
  words: readonly T[]
  labels: Record<T, string>
  chosen: ReadonlySignal<T>
  choose: (word: T) => void
}

/** Radio buttons side by side: the arrow keys go from one to the next. */
export function Choice<T extends string>({ name, words, labels, chosen, choose }: ChoiceProps<T>) {
  const current = chosen.value
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
