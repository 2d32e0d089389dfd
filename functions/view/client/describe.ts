import { formatAge } from './age.ts'
import { type Connection, isSilent } from './connection.ts'

/** The connection in words for the reader. `spoken` leaves out what counts down: a screen reader would say it every second. */
export type Description = { tone: 'good' | 'busy' | 'bad'; words: string; spoken: string }

export function describe(connection: Connection, nowMs: number, online: boolean): Description {
  switch (connection.state) {
    case 'closed':
      return alike('bad', connection.reason)
    case 'connecting':
      return alike('busy', connection.attempt === 0 ? 'Connecting' : `Connecting, attempt ${connection.attempt + 1}`)
    case 'snapshotting': {
      const { reason } = connection
      return alike('busy', reason === undefined ? 'Taking a snapshot' : `Taking a new snapshot: ${reason}`)
    }
    case 'comparing':
      return alike('busy', 'Checking what was missed')
    case 'live': {
      if (!isSilent(connection.heartbeat, nowMs)) return alike('good', 'Live')
      const spoken = 'Connected, but no feed has reported for a while'
      return {
        tone: 'busy',
        words: `Connected, but no feed has reported for ${since(connection.heartbeat.heardAtMs, nowMs)}`,
        spoken,
      }
    }
    case 'resuming': {
      const { gaps } = connection
      const [only] = gaps.values()
      const markets = gaps.size === 1 ? 'a market' : `${gaps.size} markets`
      return alike('busy', only === undefined || gaps.size > 1 ? `Catching up ${markets}` : `Catching up ${markets}: ${only.why}`)
    }
    case 'recovering': {
      const outlook = online ? `resuming: ${connection.reason}` : deviceOffline
      return {
        tone: 'busy',
        words: `Interrupted ${since(connection.droppedAtMs, nowMs)} ago, ${outlook}`,
        spoken: `Interrupted, ${outlook}`,
      }
    }
    case 'waiting': {
      const reason = online ? connection.reason : deviceOffline
      const seconds = Math.ceil((connection.untilMs - nowMs) / 1_000)
      return {
        tone: 'bad',
        words: `Reconnecting ${seconds > 0 ? `in ${seconds} s` : 'now'}: ${reason}`,
        spoken: `Reconnecting: ${reason}`,
      }
    }
  }
}

const deviceOffline = 'this device is offline'
const alike = (tone: Description['tone'], words: string): Description => ({ tone, words, spoken: words })
const since = (thenMs: number, nowMs: number) => formatAge(Math.max(0, nowMs - thenMs))
