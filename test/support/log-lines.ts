export type LogLine = { event: string; facts: Record<string, unknown> }

/** What the functions logged, out of what the local stack wrote: lines of a fixed name and a JSON object. */
export function logLines(lines: readonly string[]): LogLine[] {
  return lines.flatMap((line) => {
    const host = /^functions-host: (?:function log|worker log|worker output) (\{.*\})$/.exec(line)?.[1]
    if (host === undefined) return []
    const { message, line: written = '' } = JSON.parse(host) as { message?: string; line?: string }
    return logLine(message ?? written)
  })
}

function logLine(message: string): LogLine[] {
  const [, event = '', facts = ''] = /^([a-z][a-z ]*) (\{.*\})$/s.exec(message) ?? []
  return event === '' ? [] : [{ event, facts: JSON.parse(facts) as Record<string, unknown> }]
}

/**
 * What a query to the logs asks for and no line has: events, and fields of none of the events that the same part of the query is about. A
 * part goes from one table's name to the next.
 */
export function strangersIn(query: string, lines: readonly LogLine[]): string[] {
  const known = new Map<string, Set<string>>()
  for (const { event, facts } of lines) known.set(event, new Set([...(known.get(event) ?? []), ...Object.keys(facts)]))
  return query.split(/\b(?:AppTraces|AppRequests|AzureMetrics|ContainerAppConsoleLogs|Usage)\b/).flatMap((part) => {
    const events = [...part.matchAll(/startswith "([a-z ]+) \{"/g)].map(([, event = '']) => event)
    const fields = new Set([...part.matchAll(/\bfacts\.(\w+)/g)].map(([, field = '']) => field))
    const unlogged = events.filter((event) => !known.has(event))
    const missing = [...fields].filter((field) => !events.some((event) => known.get(event)?.has(field)))
    return [...unlogged, ...missing.map((field) => `${[...new Set(events)].join(', ')}: ${field}`)]
  })
}
