import { describe, expect, it } from 'vitest'

import { topics } from '../infra/names.ts'
import { countMessages } from './support/count.ts'
import { expectSound, idle, pollTo, replayedDay, storedTicks } from './support/recorded-day.ts'
import { predictItBodies, recordingsFolder } from './support/recordings.ts'
import { builtApp, readHub, startWhole } from './support/whole-stack.ts'

const recordings = recordingsFolder()

describe.skipIf(recordings === undefined)('the pipeline, killed in the middle', () => {
  it('has every published body once, without holes, whoever dies (I1, I5, I6, I11)', async () => {
    const replay = await replayedDay()
    const whole = await startWhole(await builtApp(), {
      FEEDS: 'predictit',
      PREDICTIT_URL: replay.url,
      PREDICTIT_SCHEDULE: '* * * * * *',
    })
    try {
      const total = (await predictItBodies()).length
      const kills = ['event-hubs', 'cosmos', 'web-pubsub', 'functions-host', 'cosmos', 'event-hubs'] as const
      for (const [i, name] of kills.entries()) {
        await pollTo(whole, replay, Math.floor(((i + 1) * total) / 10))
        // In the middle of a poll's way through the stages, not after it.
        await whole.poll('collectPredictit')
        whole.kill(name)
      }
      await pollTo(whole, replay, Math.floor(total * 0.8))
      await whole.restart()
      await pollTo(whole, replay, total)
      const settings = whole.stack.settings
      await idle(whole)
      const published = await readHub(settings['EVENT_HUBS'] ?? '', topics.politics.hub)
      const messages = published.map(({ body }) => JSON.parse(Buffer.from(body as Uint8Array).toString()))
      const counted = countMessages(messages)
      const odds = await storedTicks(whole, counted.ticks)
      expect(odds.ticks).toHaveLength(counted.ticks)
      expectSound(odds)
      const stored = new Map(
        odds.books.flatMap(({ selections }) =>
          selections.map(
            ({ id, quotes }) =>
              [id, JSON.stringify(quotes.map(({ last, back, lay, status }) => [last, back, lay, status]))] as const,
          ),
        ),
      )
      expect(stored).toEqual(counted.values)
    } finally {
      await whole.stop()
      await replay.close()
    }
  })
})
