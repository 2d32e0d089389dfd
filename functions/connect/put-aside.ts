import type { Counter } from './telemetry.ts'

/** Where what cannot be read or stored is kept. */
type Keeper<Letter> = { add(letters: readonly Letter[]): Promise<void> }
export type PutAside = { count: number; reasons: Readonly<Record<string, number>> }

/** Most reasons are the same few; a body that is broken in a thousand places is not worth a thousand lines. */
const maxReasons = 5
const maxLength = 200

/** Tells of what was put aside, with the most frequent reasons, after it was. */
export function tellingOf<Letter extends { reason: string }>(
  keeper: Keeper<Letter>,
  tell: (putAside: PutAside, letters: readonly Letter[]) => void,
): Keeper<Letter> {
  return {
    async add(letters) {
      if (letters.length === 0) return
      await keeper.add(letters)
      const byReason = Map.groupBy(letters, ({ reason }) => reason.slice(0, maxLength))
      const counted = [...byReason].map(([reason, { length }]): [string, number] => [reason, length])
      const reasons = Object.fromEntries(counted.sort(([, a], [, b]) => b - a).slice(0, maxReasons))
      tell({ count: letters.length, reasons }, letters)
    },
  }
}

export const lettersPutAside: Counter = {
  name: 'oddscast.dead_letters',
  unit: '{letter}',
  description: 'What could not be read or stored, and was put aside with its reason',
}
