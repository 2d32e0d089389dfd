/** What went through since the last time, out of what the functions and workers log. */
export type Tally = {
  /** Counts the line; what of it a person should know at once, and the kind of thing it is. */
  take(line: string): { kind: string; trouble: string } | undefined
  /** In words, and begun anew; `undefined` where nothing went through. */
  words(): string | undefined
}

export function tally(): Tally {
  let counts = nothing()
  return {
    take(line) {
      const { level, event, fields } = read(line)
      const feed = typeof fields['feed'] === 'string' ? fields['feed'] : 'feed'
      const trouble = (what: string) => ({
        kind: `${feed} ${event}`,
        trouble: `${feed} ${what}: ${JSON.stringify(fields['reason'])}`,
      })
      switch (event) {
        case 'feed polled':
          add(counts.polls, feed, 1)
          if (fields['kind'] !== 'failed') return undefined
          counts.failed++
          return trouble('not read')
        case 'odds pushed':
          add(counts.pushed, feed, number(fields['accepted']))
          counts.rejected += number(fields['rejected'])
          return undefined
        case 'stream followed':
          add(counts.streamed, feed, number(fields['published']))
          return undefined
        case 'stream lost':
          counts.failed++
          return trouble('connection lost')
        case 'ticks saved':
          counts.ticks += number(fields['ticks'])
          counts.duplicate += number(fields['duplicate'])
          counts.rejected += number(fields['rejected'])
          return undefined
        case 'ticks sent':
          counts.frames += number(fields['frames'])
          return undefined
        default:
          return level === 'error' ? { kind: event.slice(0, 40), trouble: `${event} ${JSON.stringify(fields)}` } : undefined
      }
    },
    words() {
      const { polls, streamed, pushed, failed, ticks, duplicate, rejected, frames } = counts
      counts = nothing()
      if (polls.size + streamed.size + pushed.size + ticks + frames === 0) return undefined
      const sources = [...named('polled', polls), ...named('streamed', streamed), ...named('pushed', pushed)].join('; ')
      const trouble = `${failed > 0 ? `, ${failed} failed` : ''}${rejected > 0 ? `, ${rejected} dead-lettered` : ''}`
      return `${sources || 'no poll'} → ${ticks} ticks stored (${duplicate} duplicates left out) → ${frames} frames sent${trouble}`
    },
  }
}

const nothing = () => ({
  polls: new Map<string, number>(),
  streamed: new Map<string, number>(),
  pushed: new Map<string, number>(),
  failed: 0,
  ticks: 0,
  duplicate: 0,
  rejected: 0,
  frames: 0,
})

const number = (field: unknown) => Number(field ?? 0)
const add = (to: Map<string, number>, feed: string, count: number) => to.set(feed, (to.get(feed) ?? 0) + count)
const named = (how: string, counts: ReadonlyMap<string, number>) =>
  counts.size === 0 ? [] : [`${how} ${[...counts].map(([feed, count]) => `${feed} ${count}`).join(', ')}`]

/** The host writes `<its event> <JSON>`; in `message` is what the function logged: `<event> <JSON>` again. */
function read(line: string): { level: string; event: string; fields: Record<string, unknown> } {
  const { fields: outer, event: host } = split(line)
  const message = typeof outer['message'] === 'string' ? outer['message'] : undefined
  const level = typeof outer['level'] === 'string' ? outer['level'] : ''
  return message === undefined ? { level, event: host, fields: outer } : { level, ...split(message) }
}

function split(text: string): { event: string; fields: Record<string, unknown> } {
  const at = text.indexOf('{')
  if (at < 0) return { event: text, fields: {} }
  try {
    return { event: text.slice(0, at).trim(), fields: JSON.parse(text.slice(at)) as Record<string, unknown> }
  } catch {
    return { event: text, fields: {} }
  }
}
