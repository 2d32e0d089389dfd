import { useEffect, useRef } from 'preact/hooks'

import { type FeedHealth, type FeedState, feedState } from '../../book/feed-health.ts'
import { formatAge, formatAgo } from './format.ts'
import type { Store } from './store.ts'

/** Each feed as a chip: how it is, in a word and a colour, and how old its news are; opened, what is known of it. */
export function Feeds({ store }: { store: Store }) {
  const list = useRef<HTMLUListElement>(null)
  useEffect(() => {
    const close = (event: Event) => {
      if (event instanceof KeyboardEvent && event.key !== 'Escape') return
      for (const open of list.current?.querySelectorAll('details[open]') ?? []) {
        if (event instanceof KeyboardEvent || !open.contains(event.target as Node)) open.removeAttribute('open')
      }
    }
    addEventListener('pointerdown', close)
    addEventListener('keydown', close)
    return () => {
      removeEventListener('pointerdown', close)
      removeEventListener('keydown', close)
    }
  }, [])
  const nowMs = store.serverNowMs.value
  return (
    <ul class="feeds" aria-label="Feeds" ref={list}>
      {store.feeds.value.map((health) => (
        <Chip key={health.feed} health={health} nowMs={nowMs} />
      ))}
    </ul>
  )
}

function Chip({ health, nowMs }: { health: FeedHealth; nowMs: number }) {
  const state = feedState(health, nowMs)
  const { completeAtMs, changedAtMs, failure, polledAtMs } = health
  const ago = (thenMs: number | null) => (thenMs === null ? 'never' : formatAgo(nowMs - thenMs))
  return (
    <li>
      <details name="feed">
        <summary class="chip" data-feed={health.feed} data-feed-state={state}>
          <i class="dot" aria-hidden="true" />
          <b>{health.feed}</b>
          <span>{state}</span>
          {completeAtMs !== null && <span class="age">{formatAge(nowMs - completeAtMs)}</span>}
        </summary>
        <div class="details">
          <p>{meanings[state]}</p>
          {failure !== null && (
            <p class="failure">
              {failure.reason}. Failing for {formatAge(nowMs - failure.sinceMs)}, {failure.times}{' '}
              {failure.times === 1 ? 'time' : 'times'} in a row
              {failure.retryAtMs !== null && failure.retryAtMs > nowMs && `; next try in ${formatAge(failure.retryAtMs - nowMs)}`}
              .
            </p>
          )}
          <dl>
            <Fact name="Read every" value={health.everyMs === null ? 'it pushes' : formatAge(health.everyMs)} />
            <Fact name="Last read" value={ago(polledAtMs)} />
            <Fact name="Last read completely" value={ago(completeAtMs)} />
            <Fact name="Last change" value={ago(changedAtMs)} />
            <Fact name="Markets" value={count(health.markets)} />
            <Fact name="Selections" value={count(health.selections)} />
            <Fact name="Published at last read" value={count(health.published)} />
            <Fact name="Unchanged" value={count(health.unchanged)} />
            <Fact name="Unreadable" value={count(health.rejected)} />
          </dl>
        </div>
      </details>
    </li>
  )
}

const Fact = ({ name, value }: { name: string; value: string }) => (
  <>
    <dt>{name}</dt>
    <dd>{value}</dd>
  </>
)

const meanings: Record<FeedState, string> = {
  live: 'Answers on schedule, and prices move.',
  quiet: 'Answers on schedule; no price has moved for a while.',
  late: 'Behind its schedule: prices may have moved since.',
  down: 'Does not answer: its prices are as of its last complete read.',
}

const count = (n: number) => n.toLocaleString('en')
