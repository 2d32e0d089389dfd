import { formatAge } from '../../client/age.ts'
import type { Store } from '../store.ts'

/** The four clocks of the latest tick, and how long it took from each to the next: whose delay a delay is. */
export function Clocks({ store }: { store: Store }) {
  const tick = store.watched.ticks.value[0]
  if (tick === undefined) return null
  const { publishedAtMs, observedAtMs, storedAtMs, shownAtMs } = tick
  const clocks: readonly [name: string, atMs: number | null, beforeMs: number | null, unknown: string][] = [
    ['Published', publishedAtMs, null, 'its feed does not tell'],
    ['Observed', observedAtMs, publishedAtMs, ''],
    ['Stored', storedAtMs, observedAtMs, ''],
    ['Shown', shownAtMs, storedAtMs, 'before this page was opened'],
  ]
  return (
    <section class="box clocks" aria-labelledby="clocks">
      <h2 id="clocks">The latest tick’s way here</h2>
      <ol>
        {clocks.map(([name, atMs, beforeMs, unknown]) => (
          <li key={name} data-clock={name.toLowerCase()}>
            <span>{name}</span>
            {atMs === null ? (
              <span class="unknown">{unknown}</span>
            ) : (
              <>
                <b>{beforeMs === null ? '' : lag(atMs - beforeMs)}</b>
                <time dateTime={new Date(atMs).toISOString()}>{exactTime.format(atMs)}</time>
              </>
            )}
          </li>
        ))}
      </ol>
    </section>
  )
}

/** Of another machine's clock so much is known. */
const clockErrorMs = 250

const lag = (ms: number) => {
  if (ms < 0 && ms >= -clockErrorMs) return '≈ 0 ms'
  const size = Math.abs(ms)
  const words = size < 1_000 ? `${Math.round(size)} ms` : size < 60_000 ? `${(size / 1_000).toFixed(1)} s` : formatAge(size)
  return `${ms < 0 ? '−' : '+'}${words}`
}

const exactTime = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
  hourCycle: 'h23',
})
