import type { Parsed } from '../../book/wire.ts'

/** A body that was pushed, as a list of what it says, nothing of which is read yet. */
export type PushedBody = { shape: 'own' | 'aws-sample'; items: readonly unknown[] }

/**
 * Told apart by the outermost form alone, so that whatever is wrong further inside costs only its item: one market or a list of them, as
 * they are or under `markets`, is our own message; a list under `odds` is the AWS sample's.
 */
export function pushedBody(json: unknown): Parsed<PushedBody> {
  if (Array.isArray(json)) return { ok: true, value: { shape: 'own', items: json } }
  if (typeof json !== 'object' || json === null) return unknown
  if ('odds' in json) return Array.isArray(json.odds) ? { ok: true, value: { shape: 'aws-sample', items: json.odds } } : unknown
  if ('markets' in json) return Array.isArray(json.markets) ? { ok: true, value: { shape: 'own', items: json.markets } } : unknown
  return 'marketId' in json ? { ok: true, value: { shape: 'own', items: [json] } } : unknown
}

const unknown: Parsed<never> = {
  ok: false,
  reason: 'Send a market, a list of markets, {"markets":[…]} or {"odds":[…]}; a market has at least a marketId',
}
