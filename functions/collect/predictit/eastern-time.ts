/** Reads the clock of one body. All of its markets carry the same reading, and it takes longer than mapping the rest of a market. */
export function easternClock(nearMs: number): (wallClock: unknown) => number | null {
  let last: { wallClock: unknown; atMs: number | null } = { wallClock: undefined, atMs: null }
  return (wallClock) => {
    if (wallClock !== last.wallClock) last = { wallClock, atMs: easternMs(wallClock, nearMs) }
    return last.atMs
  }
}

/**
 * The instant of a wall clock reading of New York, `2021-07-11T13:13:32.9860736`; null where there is none. The hour that autumn's
 * change of clocks shows twice is taken to be the one nearer to `nearMs`.
 */
export function easternMs(wallClock: unknown, nearMs: number): number | null {
  const match = typeof wallClock === 'string' ? /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?$/.exec(wallClock) : null
  if (match === null) return null
  const asUtcMs = Date.parse(`${match[1]}Z`) + Math.floor(Number(`0.${match[2] ?? 0}`) * 1000)
  if (Number.isNaN(asUtcMs)) return null
  // The offsets before and after any change of clocks nearby; where there was one, only a true one leads back to itself.
  const [before, after] = [offsetMs(asUtcMs - dayMs), offsetMs(asUtcMs + dayMs)]
  const candidates = [asUtcMs - before, asUtcMs - after]
    .filter((atMs) => atMs > 0 && (before === after || atMs + offsetMs(atMs) === asUtcMs))
    .sort((a, b) => Math.abs(a - nearMs) - Math.abs(b - nearMs))
  return candidates[0] ?? null
}

const dayMs = 86_400_000

const newYork = new Intl.DateTimeFormat('en-US', { timeZone: 'America/New_York', timeZoneName: 'longOffset' })

/** From the tail of `7/11/2021, GMT-04:00`. */
function offsetMs(atMs: number): number {
  const match = /GMT([+-])(\d\d):(\d\d)$/.exec(newYork.format(atMs))
  if (match === null) return 0
  const minutes = Number(match[2]) * 60 + Number(match[3])
  return (match[1] === '-' ? -minutes : minutes) * 60_000
}
