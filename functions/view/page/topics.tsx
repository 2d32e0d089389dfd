import type { Topic } from '../../book/ids.ts'
import type { Store } from './store.ts'

export function Topics({ store }: { store: Store }) {
  const counts = store.counts.value
  const topics = [...new Set([...store.topics.value, ...counts.keys()])]
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0)
  return (
    <nav class="topics" aria-label="Topics">
      <Tab store={store} topic={null} count={all} />
      {topics.map((topic) => (
        <Tab key={topic} store={store} topic={topic} count={counts.get(topic) ?? 0} />
      ))}
    </nav>
  )
}

function Tab({ store, topic, count }: { store: Store; topic: Topic | null; count: number }) {
  const chosen = store.filter.value.topic === topic
  return (
    <button type="button" aria-pressed={chosen} onClick={() => store.choose({ topic })}>
      {topic ?? 'all'}
      <span class="count">
        {count}
        <span class="unseen"> markets</span>
      </span>
    </button>
  )
}
