/** Names and reasons travel as one line of bounded length; feeds and error pages know no such rule. */
export function oneLine(text: string, maxLength = 500): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length <= maxLength ? line : `${line.slice(0, maxLength - 1)}…`
}

export const reasonOf = (error: unknown) => oneLine(error instanceof Error ? error.message : String(error))
