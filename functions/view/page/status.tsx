import { useComputed } from '@preact/signals'

import { formatAge } from '../client/age.ts'
import { describe } from '../client/describe.ts'
import type { Store } from './store.ts'

/** The connection in words, with a dot; said aloud only when the words without their countdown change. */
export function Status({ store }: { store: Store }) {
  const described = useComputed(() => describe(store.connection.value, store.nowMs.value, store.online.value))
  const words = useComputed(() => described.value.words)
  const spoken = useComputed(() => described.value.spoken)
  const tone = useComputed(() => described.value.tone)
  return (
    <p class="status" data-tone={tone} title={words}>
      <i class="dot" aria-hidden="true" />
      <span class="words" aria-hidden="true">
        {words}
      </span>
      <span class="unseen" role="status">
        {spoken}
      </span>
    </p>
  )
}

/** Shorter than this an interruption is not worth a line that pushes the board down. */
const noticeAfterMs = 5_000

/** Prices that may have been overtaken must never look like live ones. */
export function StaleNotice({ store }: { store: Store }) {
  const { state } = store.connection.value
  const currentAtMs = store.currentAtMs.value
  const ageMs = store.nowMs.value - currentAtMs
  const current = state === 'live' || state === 'resuming'
  if (current || currentAtMs === 0 || ageMs < noticeAfterMs) return null
  return (
    <p class="notice">
      These prices are {formatAge(ageMs)} old, as of {clockTime.format(currentAtMs)}. They will catch up as soon as the server
      answers.
    </p>
  )
}

const clockTime = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' })
