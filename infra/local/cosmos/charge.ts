/**
 * An approximation of request units, so that code which adds up `requestCharge` gets believable sums. Fixed points, as documented:
 * reading 1 KB costs 1 and 100 KB about 10; writing 1 KB without indexes costs about 5 and 100 KB about 50. Every indexed path adds
 * to a write; replacing also takes the old terms out. A query pays for what it looks at as well as for what it returns.
 */
const perIndexedPath = 0.2

export function readCharge(bytes: number): number {
  return round(1 + 0.09 * extraKilobytes(bytes))
}

export function createCharge(bytes: number, indexedPaths: number): number {
  return round(5 + 0.45 * extraKilobytes(bytes) + perIndexedPath * indexedPaths)
}

export function replaceCharge(bytes: number, indexedPaths: number): number {
  return round(5 + 0.45 * extraKilobytes(bytes) + 2 * perIndexedPath * indexedPaths)
}

export function queryCharge(examined: number, returnedBytes: number): number {
  return round(2.3 + 0.03 * examined + 0.09 * extraKilobytes(returnedBytes))
}

export function feedCharge(returnedBytes: number): number {
  return round(1 + 0.09 * extraKilobytes(returnedBytes))
}

/** What refused writes and metadata requests cost. */
export const smallCharge = 1

function extraKilobytes(bytes: number): number {
  return Math.max(0, bytes / 1024 - 1)
}

export function round(charge: number): number {
  return Math.round(charge * 100) / 100
}
