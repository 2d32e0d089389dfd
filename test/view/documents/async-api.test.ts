import { describe, expect, it } from 'vitest'

import { feedsGroup, marketGroup, marketIdOf, feedName, topicGroup, topicOf } from '../../../functions/book/ids.ts'
import { asyncApi } from '../../../scripts/api/async-api.ts'
import { topicNames } from '../../../infra/names.ts'
import { checkOf } from '../../support/schema-check.ts'

const document = asyncApi()

describe('the AsyncAPI document', () => {
  it('has the groups that fanout sends to', () => {
    const { topic, market, feeds } = document.channels
    const id = marketIdOf(feedName('venue'), 7)
    for (const name of topicNames) {
      expect(topic.address.replace('{topic}', name)).toBe(topicGroup(topicOf(name)))
      expect(market.address.replace('{topic}', name).replace('{market}', id)).toBe(marketGroup(topicOf(name), id))
    }
    expect(topic.parameters.topic.enum).toEqual(topicNames)
    expect(feeds.address).toBe(feedsGroup)
  })

  it('refers to messages and channels that are in it', () => {
    const { channels, operations, components } = document
    for (const { messages } of Object.values(channels))
      for (const { $ref } of Object.values(messages)) expect(Object.keys(components.messages)).toContain($ref.split('/').at(-1))
    for (const { channel, messages } of Object.values(operations)) {
      const [, , name = ''] = channel.$ref.split('/')
      const own = Object.entries(channels).find(([known]) => known === name)?.[1].messages ?? {}
      for (const { $ref } of messages) expect(Object.keys(own)).toContain($ref.split('/').at(-1))
    }
  })

  it('has a schema of every kind of message', () => {
    expect(Object.keys(document.components.messages)).toEqual(['delta', 'feeds', 'alert'])
    const check = checkOf(document.components.messages['feeds']?.payload ?? {})
    expect(
      check({ v: 1, schema: 'urn:oddscast:board-message:1.0', kind: 'feeds', sentAtMs: 1, feeds: [], counts: [] }),
    ).toBeUndefined()
    expect(check({ v: 1, kind: 'feeds' })).toBeDefined()
  })
})
