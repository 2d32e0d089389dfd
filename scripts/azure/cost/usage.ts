/** What the pipeline was seen to do in a second, at some rate of ticks and for one browser. */
export type Usage = {
  ticksPerSecond: number
  hub: { messages: number; bytes: number }
  /** `polls`: what the change feeds cost because they are asked, whether or not anything happens. */
  requestUnits: { work: number; polls: number }
  /** As stored, JSON and all. */
  tickBytes: number
  /** Executions a second of each function but those for HTTP. */
  executions: Readonly<Record<string, number>>
  /** To a browser that follows everything. */
  browserBytes: number
  /** What it takes a browser to begin: the page, the snapshot, an address for its socket. */
  session: { requests: number; requestUnits: number; bytes: number }
}

/** What is chosen, rather than measured. `webPubSub` and Cosmos DB's kind are not here: the cheapest that fits is taken. */
export type Choices = {
  memoryGb: number
  /** Functions of which an instance is kept warm. */
  warm: readonly string[]
  tickTtlDays: number
  /** The host writes a checkpoint after so many batches. */
  checkpointEvery: number
  feeds: number
  pollEverySeconds: number
  logQuotaGbPerDay: number
  /** Of what the host would log, the share that is kept. */
  logShare: number
}

/** As `infra/azure/environments/prod.json` and `host.json` have it. */
export const asInProd = (warm: readonly string[]): Choices => ({
  memoryGb: 2,
  warm,
  tickTtlDays: 30,
  checkpointEvery: 1,
  feeds: 4,
  pollEverySeconds: 60,
  logQuotaGbPerDay: 2,
  logShare: 1,
})
