/**
 * Chance as a function of place and time instead of a sequence. A random walk would have to be remembered, and would differ between
 * two workers and after every restart; here the value at any instant can be worked out from nothing, so they all see the same world.
 */
export type Key = number

/** FNV-1a, then stirred, so that keys of similar names have nothing in common. */
export function keyOf(text: string): Key {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return stir(hash)
}

export const subKey = (key: Key, index: number): Key => stir(key ^ Math.imul(index + 1, 0x9e3779b1))

/** From 0 up to, not including, 1. */
export const unit = (key: Key, index = 0): number => (subKey(key, index) >>> 0) / 2 ** 32

export const between = (key: Key, index: number, from: number, to: number): number => from + unit(key, index) * (to - from)

export function pick<T>(choices: readonly [T, ...T[]], key: Key, index = 0): T {
  return choices[Math.floor(unit(key, index) * choices.length)] ?? choices[0]
}

export type Wave = { periodMs: number; height: number }

/** Value noise: a chance height at each multiple of the period, smoothly joined; waves of several periods are added up. */
export function waves(key: Key, atMs: number, layers: readonly Wave[]): number {
  let sum = 0
  for (const [i, { periodMs, height }] of layers.entries()) {
    const layer = subKey(key, i)
    const at = atMs / periodMs
    const before = Math.floor(at)
    const part = at - before
    const smooth = part * part * (3 - 2 * part)
    sum += height * (2 * (unit(layer, before) * (1 - smooth) + unit(layer, before + 1) * smooth) - 1)
  }
  return sum
}

/** The last multiple of `stepMs` that has come, each key's own multiples lying somewhere else. */
export function lastStep(key: Key, atMs: number, stepMs: number): number {
  const phaseMs = Math.floor(unit(key, 7) * stepMs)
  return Math.floor((atMs + phaseMs) / stepMs) * stepMs - phaseMs
}

/** Shares of 1 in proportion to e^weight. */
export function shares(weights: readonly number[]): number[] {
  const powers = weights.map(Math.exp)
  const sum = powers.reduce((a, b) => a + b, 0)
  return powers.map((power) => power / sum)
}

/** The last steps of MurmurHash3. */
function stir(bits: number): Key {
  const a = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  const b = Math.imul(a ^ (a >>> 13), 0xc2b2ae35)
  return b ^ (b >>> 16)
}
