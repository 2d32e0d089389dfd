import { type DedupeCounts, type FeedHealth, type FeedState, feedState } from '../../book/feed-health.ts'
import { formatAge } from '../client/age.ts'
import { feedFacts, feedWarnings } from './feed-facts.ts'
import type { Store } from './store.ts'

/** Each feed as a chip: how it is, in a word and a colour, and how old its news are; opened, what is known of it. The worst come first. */
export function Feeds({ store }: { store: Store }) {
  const nowMs = store.serverNowMs.value
  const counts = store.dedupeCounts.value
  const feeds = store.feeds.value
    .map((health) => ({ health, state: feedState(health, nowMs) }))
    .sort((a, b) => urgency[b.state] - urgency[a.state] || (a.health.feed < b.health.feed ? -1 : 1))
  return (
    <ul class="feeds" aria-label="Feeds" onWheel={scrollSideways}>
      {feeds.map(({ health, state }) => (
        <Chip key={health.feed} health={health} state={state} counts={counts.get(health.feed)} nowMs={nowMs} />
      ))}
    </ul>
  )
}

/** Chips that do not fit are at the side, where a plain wheel does not reach. */
function scrollSideways(event: WheelEvent & { currentTarget: HTMLElement }) {
  const { currentTarget: list, deltaX, deltaY } = event
  if (deltaX !== 0 || list.scrollWidth <= list.clientWidth || (event.target as Element).closest('.panel') !== null) return
  event.preventDefault()
  list.scrollLeft += deltaY
}

const urgency: Record<FeedState, number> = { down: 3, late: 2, live: 1, quiet: 1 }

type ChipProps = { health: FeedHealth; state: FeedState; counts: DedupeCounts | undefined; nowMs: number }

function Chip({ health, state, counts, nowMs }: ChipProps) {
  const { feed, completeAtMs, everyMs, failure, polledAtMs } = health
  const readAtMs = everyMs === null ? polledAtMs : completeAtMs
  const warnings = feedWarnings(health)
  return (
    <li>
      <details name="panel">
        <summary class="chip" data-feed={feed} data-feed-state={state}>
          <i class="dot" aria-hidden="true" />
          <b>{feed}</b>
          <span class={state === 'live' ? 'unseen' : 'state'}>{state}</span>
          {readAtMs !== null && <span class="age">{formatAge(nowMs - readAtMs)}</span>}
          {warnings.length > 0 && <Warning />}
        </summary>
        <div class="panel" data-panel-of={feed}>
          <h2>
            {feed} is {state}
          </h2>
          <p>{everyMs === null ? pushingMeanings[state] : meanings[state]}</p>
          {failure !== null && (
            <p class="failure">
              {failure.reason}. Failing for {formatAge(nowMs - failure.sinceMs)}, {failure.times}{' '}
              {failure.times === 1 ? 'time' : 'times'} in a row
              {failure.retryAtMs !== null && failure.retryAtMs > nowMs && `; next try in ${formatAge(failure.retryAtMs - nowMs)}`}
              .
            </p>
          )}
          {warnings.map((warning) => (
            <p key={warning} class="warning">
              {warning}
            </p>
          ))}
          {feedFacts(health, counts, nowMs).map(({ title, facts }) => (
            <section key={title}>
              <h3>{title}</h3>
              <dl>
                {facts.map(([name, value]) => (
                  <div key={name}>
                    <dt>{name}</dt>
                    <dd>{value}</dd>
                  </div>
                ))}
              </dl>
            </section>
          ))}
        </div>
      </details>
    </li>
  )
}

const Warning = () => (
  <span class="warn">
    <svg viewBox="0 0 16 16" aria-hidden="true">
      <path d="M8 2 15 14H1Z" />
      <path d="M8 6.5v3.2M8 11.8v.2" />
    </svg>
    <span class="unseen">what it sends has changed</span>
  </span>
)

const meanings: Record<FeedState, string> = {
  live: 'Answers on schedule, and prices move.',
  quiet: 'Answers on schedule; no price has moved for a while.',
  late: 'Behind its schedule: prices may have moved since.',
  down: 'Does not answer: its prices are as of its last complete read.',
}
const pushingMeanings: Record<FeedState, string> = {
  ...meanings,
  live: 'Pushes when it has news, and prices move.',
  quiet: 'Pushes when it has news, and has had none for a while. Nobody can tell whether it is still there.',
}
