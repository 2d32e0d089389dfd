const everyMs = 10_000

/** A line every ten seconds that says what went through, out of what the functions log; errors at once, each kind once a while. */
export function summarise(print: (line: string) => void): { line(line: string): void; stop(): void } {
  let counts = { polls: 0, failed: 0, ticks: 0, duplicate: 0, rejected: 0, frames: 0 }
  const toldAtMs = new Map<string, number>()
  const timer = setInterval(() => {
    const { polls, failed, ticks, duplicate, rejected, frames } = counts
    counts = { polls: 0, failed: 0, ticks: 0, duplicate: 0, rejected: 0, frames: 0 }
    if (polls + ticks + frames === 0) return
    const trouble = `${failed > 0 ? `, ${failed} failed` : ''}${rejected > 0 ? `, ${rejected} dead-lettered` : ''}`
    const time = new Date().toLocaleTimeString('en-GB')
    print(`${time}  ${polls} polls → ${ticks} ticks stored (${duplicate} duplicates left out) → ${frames} frames sent${trouble}`)
  }, everyMs)
  return {
    line(line) {
      const fields = fieldsOf(line)
      if (line.includes('feed polled')) {
        counts.polls++
        if (fields['kind'] === 'failed') tell(`feed ${String(fields['feed'])}: ${String(fields['reason'])}`)
        if (fields['kind'] === 'failed') counts.failed++
      } else if (line.includes('ticks saved')) {
        counts.ticks += Number(fields['ticks'] ?? 0)
        counts.duplicate += Number(fields['duplicate'] ?? 0)
        counts.rejected += Number(fields['rejected'] ?? 0)
      } else if (line.includes('ticks sent')) counts.frames += Number(fields['frames'] ?? 0)
      else if (/\berror\b/i.test(line)) tell(line)
    },
    stop: () => clearInterval(timer),
  }

  function tell(line: string): void {
    const kind = line.replaceAll(/\d+/g, '#').slice(0, 80)
    if (Date.now() - (toldAtMs.get(kind) ?? 0) < everyMs) return
    toldAtMs.set(kind, Date.now())
    print(`  ! ${line.slice(0, 300)}`)
  }
}

/** The JSON object that a log line ends with. */
function fieldsOf(line: string): Record<string, unknown> {
  const at = line.indexOf('{')
  if (at < 0) return {}
  try {
    return JSON.parse(line.slice(at, line.lastIndexOf('}') + 1)) as Record<string, unknown>
  } catch {
    return {}
  }
}
