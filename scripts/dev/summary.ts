import { tally } from './tally.ts'

const everyMs = 10_000

/** A line every ten seconds that says what went through; what goes wrong at once, each kind once a while. */
export function summarise(print: (line: string) => void): { line(line: string): void; stop(): void } {
  const counts = tally()
  const toldAtMs = new Map<string, number>()
  const timer = setInterval(() => {
    const words = counts.words()
    if (words !== undefined) print(`${new Date().toLocaleTimeString('en-GB')}  ${words}`)
  }, everyMs)
  return {
    line(line) {
      const told = counts.take(line)
      if (told === undefined || Date.now() - (toldAtMs.get(told.kind) ?? 0) < everyMs) return
      toldAtMs.set(told.kind, Date.now())
      print(`  ! ${told.trouble.slice(0, 300)}`)
    },
    stop: () => clearInterval(timer),
  }
}
