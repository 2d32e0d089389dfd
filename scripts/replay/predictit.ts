import path from 'node:path'

import { conditional, text } from './answers.ts'
import { listBodies, readBody } from './bodies.ts'
import { isFull, player } from './player.ts'
import type { Shape } from './shape.ts'

const route = '/api/marketdata/all/'

/** All markets at once. A folder of nothing but bodies is taken for PredictIt's. */
export const predictIt: Shape = {
  feed: 'predictit',
  async open(folder, conditions) {
    const own = await listBodies(path.join(folder, 'predictit'))
    const bodies = own.length > 0 ? own : await listBodies(folder)
    if (!isFull(bodies)) return undefined
    const playing = player(bodies, conditions)
    return {
      holds: `${bodies.length} bodies`,
      settings: ({ http }) => ({ PREDICTIT_URL: `${http}${route}`, PREDICTIT_SCHEDULE: '* * * * * *' }),
      speaks: {
        kind: 'http',
        under: ['/api/'],
        async answer({ pathname, tags }) {
          if (pathname.replace(/\/?$/, '/') !== route) return text(404, `Only ${route} is served here`)
          const { body, position } = playing.next()
          const bytes = await readBody(body)
          const answer = conditional(bytes, tags)
          const size = answer.body === undefined ? 'not modified' : `${Math.round(bytes.length / 1024)} KB`
          playing.say(position, body.name, `  ${size}`)
          return answer
        },
      },
    }
  },
}
