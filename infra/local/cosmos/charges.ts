import type { OperationName } from './route.ts'

/** What was asked for and charged since the server started, by container (or `-`, for what is none's) and operation. */
export type Charges = Record<string, { requests: number; requestUnits: number }>

export type ChargeBook = { add(segments: readonly string[], operation: OperationName, charge: number): void; all(): Charges }

export function openCharges(): ChargeBook {
  const charges = new Map<string, { requests: number; requestUnits: number }>()
  return {
    add(segments, operation, charge) {
      const key = `${segments[2] === 'colls' ? (segments[3] ?? '-') : '-'} ${operation}`
      const known = charges.get(key) ?? { requests: 0, requestUnits: 0 }
      known.requests++
      known.requestUnits += charge
      charges.set(key, known)
    },
    all: () => Object.fromEntries(charges),
  }
}
