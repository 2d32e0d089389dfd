import { describe, expect, it } from 'vitest'

import { topicOf } from '../../functions/book/ids.ts'
import { withinRoom } from '../../functions/collect/open-markets.ts'
import { snapshotOf } from '../support/collecting.ts'

const markets = (...ids: string[]) => ids.map((id) => snapshotOf(id, 0.5, 1_000))
const ids = (snapshots: readonly { marketId: string }[]) => snapshots.map(({ marketId }) => marketId.replace('testfeed:', ''))

describe('the room for open markets', () => {
  const before = markets('1', '2').map(({ marketId }) => ({ marketId, topic: topicOf('politics') }))

  it('takes all while there is room', () => {
    expect(withinRoom(before, markets('1', '2', '3'), 6)).toMatchObject({ leftOut: 0 })
  })

  it('goes on with what was followed, and leaves out what is new past it', () => {
    const { followed, leftOut } = withinRoom(before, markets('9', '8', '1', '7', '2'), 3)
    expect(ids(followed)).toEqual(['9', '1', '2'])
    expect(leftOut).toBe(2)
  })
})
