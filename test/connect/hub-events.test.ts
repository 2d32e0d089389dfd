import { describe, expect, it } from 'vitest'

import { decodeJson, hubEvents } from '../../functions/connect/hub-events.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const partitionContext = { partitionId: '5' }

describe('events as the host hands them over', () => {
  it('have their bytes, their partition and their number', () => {
    const { events, aligned } = hubEvents([bytes('{}'), bytes('')], { partitionContext, sequenceNumberArray: [7, '8'] })
    expect(aligned).toBe(true)
    expect(events).toEqual([
      { body: bytes('{}'), partition: '5', sequence: 7 },
      { body: bytes(''), partition: '5', sequence: 8 },
    ])
  })

  it.each([
    ['are fewer', [7]],
    ['are none', undefined],
    ['are no numbers', ['x', 'y']],
  ])('have no number where the numbers %s', (_what, sequenceNumberArray) => {
    const { events, aligned } = hubEvents([bytes('{}'), bytes('{}')], { partitionContext, sequenceNumberArray })
    expect([aligned, events.map(({ sequence }) => sequence)]).toEqual([false, [undefined, undefined]])
  })

  it('are bytes again where the host has made text or objects of them, or one event stands alone', () => {
    const texts = (bodies: unknown) => hubEvents(bodies, undefined).events.map(({ body }) => new TextDecoder().decode(body))
    expect(texts(['{"a":1}', { a: 1 }])).toEqual(['{"a":1}', '{"a":1}'])
    expect(texts(bytes('x'))).toEqual(['x'])
  })

  it('are read as JSON, or as what is no message', () => {
    expect([decodeJson(bytes('{"a":"é"}')), decodeJson(bytes('{"a'))]).toEqual([{ a: 'é' }, 'not JSON'])
  })
})
