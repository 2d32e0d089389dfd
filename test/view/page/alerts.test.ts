import { describe, expect, it } from 'vitest'

import type { Alert } from '../../../functions/book/alert.ts'
import { topicOf } from '../../../functions/book/ids.ts'
import { Alerts } from '../../../functions/view/page/alerts.ts'
import { market, startMs } from '../client/odds-world.ts'

const alert = (id: string, observedAtMs = startMs): Alert => ({
  id,
  kind: 'move',
  topic: topicOf('politics'),
  marketId: market('a'),
  marketName: 'Who wins?',
  selectionId: null,
  selectionName: null,
  headline: `Headline ${id}`,
  size: 0.05,
  tookMs: 60_000,
  observedAtMs,
  evidence: [],
})
const ids = (alerts: Alerts) => alerts.all.peek().map(({ id }) => id)

describe('alerts', () => {
  it('are kept once each, the newest first, and not without end (I9)', () => {
    const alerts = new Alerts()
    alerts.hear([alert('a', startMs), alert('b', startMs + 2)])
    alerts.hear([alert('c', startMs + 1), alert('a', startMs)])
    expect(ids(alerts)).toEqual(['b', 'c', 'a'])
    alerts.hear(Array.from({ length: 300 }, (_, i) => alert(`m${i}`, startMs + 10 + i)))
    expect(ids(alerts)).toHaveLength(100)
    expect(ids(alerts)[0]).toBe('m299')
    expect(alerts.unseen.peek().size).toBe(100)
  })

  it('are news until their panel is opened, and none while it is', () => {
    const alerts = new Alerts()
    alerts.hear([alert('a')])
    expect([...alerts.unseen.peek()]).toEqual(['a'])
    alerts.show(true)
    alerts.hear([alert('b')])
    expect(alerts.unseen.peek().size).toBe(0)
    alerts.show(false)
    alerts.hear([alert('b'), alert('c')])
    expect([...alerts.unseen.peek()]).toEqual(['c'])
  })

  it('that were there before the page are no news; those raised while it was cut off are', () => {
    const alerts = new Alerts()
    alerts.catchUp([alert('old')])
    expect(alerts.unseen.peek().size).toBe(0)
    alerts.catchUp([alert('old'), alert('missed')])
    expect([...alerts.unseen.peek()]).toEqual(['missed'])
    alerts.speak(startMs)
    expect(alerts.spoken.peek()).toBe('New alert. Who wins?: Headline missed')
  })

  it('are said aloud in one sentence for all of a burst, and rarely', () => {
    const alerts = new Alerts()
    const said = (atMs: number) => {
      alerts.speak(startMs + atMs)
      return alerts.spoken.peek()
    }
    expect(said(0)).toBe('')
    alerts.hear([alert('a', startMs), alert('b', startMs + 1)])
    expect(said(1_000)).toBe('2 new alerts, the latest: Who wins?: Headline b')
    alerts.hear([alert('c', startMs + 2)])
    expect(said(20_000)).toContain('Headline b')
    expect(said(21_000)).toBe('New alert. Who wins?: Headline c')
  })
})
