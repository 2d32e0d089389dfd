const everyMs = 10_000

/** A line every ten seconds that says what went through, out of what the functions log; errors at once, each kind once a while. */
export function summarise(print: (line: string) => void): { line(line: string): void; stop(): void } {
  let counts = nothing()
  const toldAtMs = new Map<string, number>()
  const timer = setInterval(() => {
    const { polls, failed, ticks, duplicate, rejected, frames } = counts
    counts = nothing()
    if (polls + ticks + frames === 0) return
    const trouble = `${failed > 0 ? `, ${failed} polls failed` : ''}${rejected > 0 ? `, ${rejected} dead-lettered` : ''}`
    const time = new Date().toLocaleTimeString('en-GB')
    print(`${time}  ${polls} polls → ${ticks} ticks stored (${duplicate} duplicates left out) → ${frames} frames sent${trouble}`)
  }, everyMs)
  return {
    line(line) {
      const { level, event, fields } = read(line)
      if (event === 'feed polled') {
        counts.polls++
        if (fields['kind'] === 'failed') counts.failed++
        if (fields['kind'] === 'failed') tell('feed', `feed not read: ${JSON.stringify(fields['reason'])}`)
      } else if (event === 'ticks saved') {
        counts.ticks += Number(fields['ticks'] ?? 0)
        counts.duplicate += Number(fields['duplicate'] ?? 0)
        counts.rejected += Number(fields['rejected'] ?? 0)
      } else if (event === 'ticks sent') counts.frames += Number(fields['frames'] ?? 0)
      else if (level === 'error') tell(event.slice(0, 40), `${event} ${JSON.stringify(fields)}`)
    },
    stop: () => clearInterval(timer),
  }

  function tell(kind: string, line: string): void {
    if (Date.now() - (toldAtMs.get(kind) ?? 0) < everyMs) return
    toldAtMs.set(kind, Date.now())
    print(`  ! ${line.slice(0, 300)}`)
  }
}

const nothing = () => ({ polls: 0, failed: 0, ticks: 0, duplicate: 0, rejected: 0, frames: 0 })

/** The host writes `<its event> <JSON>`; in `message` is what the function logged: `<event> <JSON>` again. */
function read(line: string): { level: string; event: string; fields: Record<string, unknown> } {
  const { fields: outer, event: host } = split(line)
  const message = typeof outer['message'] === 'string' ? outer['message'] : host
  return { level: typeof outer['level'] === 'string' ? outer['level'] : '', ...split(message) }
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
