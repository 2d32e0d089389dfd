import { describe, expect, it } from 'vitest'

import { tally } from '../../scripts/dev/tally.ts'

const logged = (event: string, fields: object) =>
  `function logged ${JSON.stringify({ level: 'info', message: `${event} ${JSON.stringify(fields)}` })}`

describe('the tally of npm start', () => {
  it('says feed by feed what was polled, streamed and pushed, and what became of it; and then begins anew', () => {
    const counts = tally()
    counts.take(logged('feed polled', { feed: 'predictit', kind: 'complete' }))
    counts.take(logged('feed polled', { feed: 'predictit', kind: 'unchanged' }))
    counts.take(logged('feed polled', { feed: 'kalshi', kind: 'complete' }))
    counts.take('stream followed {"feed":"betfair","published":12}')
    counts.take(logged('odds pushed', { feed: 'my-odds', accepted: 5, rejected: 1 }))
    counts.take(logged('ticks saved', { ticks: 7, duplicate: 3, rejected: 1 }))
    counts.take(logged('ticks sent', { frames: 2 }))
    expect(counts.words()).toBe(
      'polled predictit 2, kalshi 1; streamed betfair 12; pushed my-odds 5 → 7 ticks stored (3 duplicates left out) → 2 frames sent, 2 dead-lettered',
    )
    expect(counts.words()).toBeUndefined()
  })

  it('tells at once what goes wrong, each feed by its name', () => {
    const counts = tally()
    expect(counts.take(logged('feed polled', { feed: 'kalshi', kind: 'failed', reason: 'answered 500' }))).toEqual({
      kind: 'kalshi feed polled',
      trouble: 'kalshi not read: "answered 500"',
    })
    expect(counts.take('stream lost {"feed":"betfair","reason":"refused"}')?.trouble).toBe('betfair connection lost: "refused"')
    expect(counts.take('function failed {"level":"error","message":"broken {\\"why\\":1}"}')?.trouble).toBe('broken {"why":1}')
    expect(counts.words()).toContain(', 2 failed')
  })

  it('lets pass whatever it does not know', () => {
    const counts = tally()
    for (const line of ['', 'listening', 'half {"a":', logged('something else', {})]) expect(counts.take(line)).toBeUndefined()
    expect(counts.words()).toBeUndefined()
  })
})
