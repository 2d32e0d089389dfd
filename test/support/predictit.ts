import { readFileSync } from 'node:fs'
import path from 'node:path'

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json }
export type JsonObject = { [name: string]: Json }

/** An invented body: one market of three contracts (9001), with every trap known of PredictIt, and one of a single contract (9002). */
export function predictItBody(): {
  markets: [JsonObject & { contracts: JsonObject[] }, JsonObject & { contracts: JsonObject[] }]
} {
  return JSON.parse(readFileSync(path.resolve(import.meta.dirname, '../fixtures/predictit/all.json'), 'utf8')) as never
}
