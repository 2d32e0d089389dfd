import { useSignal } from '@preact/signals'
import { useLayoutEffect, useRef } from 'preact/hooks'

/** So many cards that are not on the screen yet come into the document with each frame. */
const perFrame = 3

/**
 * Which cards to have in the document now. Those on the screen must be; the others near it come a few at a time, so that no frame is late
 * for what nobody sees yet. `more`: there are some left for the next frame.
 */
export function mountNext<T>(
  wanted: readonly T[],
  onScreen: ReadonlySet<T | undefined>,
  mounted: ReadonlySet<T>,
): { now: readonly T[]; more: boolean } {
  let left = perFrame
  const now = wanted.filter((card) => onScreen.has(card) || mounted.has(card) || left-- > 0)
  return { now, more: now.length < wanted.length }
}

/** Of what is wanted as much as is due, and the rest with the next frames. */
export function useMounted<T>(wanted: readonly T[], onScreen: ReadonlySet<T | undefined>): readonly T[] {
  const mounted = useRef<ReadonlySet<T>>(new Set())
  const frame = useSignal(0)
  void frame.value
  const { now, more } = mountNext(wanted, onScreen, mounted.current)
  mounted.current = new Set(now)
  useLayoutEffect(() => {
    if (!more) return
    const next = requestAnimationFrame(() => frame.value++)
    return () => cancelAnimationFrame(next)
  })
  return now
}
