import { useSignal } from '@preact/signals'
import { useLayoutEffect, useRef } from 'preact/hooks'

/** So many cards come into the document with each frame: of those on the screen, and once these are there, of the others. */
const shownPerFrame = 6
const othersPerFrame = 3

/**
 * Which cards to have in the document now. All at once would be one late frame, in which nothing else moves either. `held` is there
 * whatever happens. `more`: some are left for the next frame.
 */
export function mountNext<T>(
  wanted: readonly T[],
  onScreen: ReadonlySet<T>,
  held: T | undefined,
  mounted: ReadonlySet<T>,
): { now: readonly T[]; more: boolean } {
  const missing = wanted.filter((card) => card !== held && !mounted.has(card))
  const missed = missing.filter((card) => onScreen.has(card))
  const next = new Set(missed.length > 0 ? missed.slice(0, shownPerFrame) : missing.slice(0, othersPerFrame))
  const now = wanted.filter((card) => card === held || mounted.has(card) || next.has(card))
  return { now, more: now.length < wanted.length }
}

/** Of what is wanted as much as is due, and the rest with the next frames. */
export function useMounted<T>(wanted: readonly T[], onScreen: readonly T[], held: T | undefined): readonly T[] {
  const mounted = useRef<ReadonlySet<T>>(new Set())
  const frame = useSignal(0)
  void frame.value
  const { now, more } = mountNext(wanted, new Set(onScreen), held, mounted.current)
  mounted.current = new Set(now)
  useLayoutEffect(() => {
    if (!more) return
    const next = requestAnimationFrame(() => frame.value++)
    return () => cancelAnimationFrame(next)
  })
  return now
}
