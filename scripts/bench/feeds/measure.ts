/** What one feed sends, and our own reader of it: from the text to snapshots. */
export type Reading = {
  feed: string
  what: string
  unit: 'bodies' | 'messages'
  /** As recorded; else invented, in the same shape. */
  recorded: boolean
  texts: readonly string[]
  /** How many markets it made of the texts, read in their order; and throws where it could not read one. */
  read(texts: readonly string[]): number
}

/** Both of all texts once, in seconds of this thread's CPU. `bytes` is that of the texts together. */
export type Measured = { parseS: number; readS: number; bytes: number }

const rounds = 15
const warmUpRounds = 3
/** A block of a round takes at least this long, for the clock of a thread's CPU is coarse. */
const leastBlockS = 0.1

/** `JSON.parse` and the reader in turn, so that what else the machine does falls on both alike; the medians of both. */
export function measure(reading: Reading): Measured {
  const { texts } = reading
  const parseAll = () => {
    for (const text of texts) JSON.parse(text)
  }
  const readAll = () => void reading.read(texts)
  const repeats = repeatsOf(parseAll)
  const parse: number[] = []
  const read: number[] = []
  for (let round = 0; round < rounds; round++) {
    parse.push(cpuS(parseAll, repeats))
    read.push(cpuS(readAll, repeats))
  }
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  return { parseS: median(parse.slice(warmUpRounds)), readS: median(read.slice(warmUpRounds)), bytes }
}

function cpuS(work: () => void, repeats: number): number {
  const before = process.threadCpuUsage()
  for (let i = 0; i < repeats; i++) work()
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) / 1e6 / repeats
}

function repeatsOf(work: () => void): number {
  const startedAtMs = performance.now()
  let repeats = 0
  while (performance.now() - startedAtMs < leastBlockS * 1000) {
    work()
    repeats++
  }
  return repeats
}

const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN
