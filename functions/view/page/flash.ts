import { useEffect, useRef } from 'preact/hooks'

/** As the style sheet has it. */
const fadesForMs = 1_200
const staysForMs = 600
const mostFading = 24

export type FlashColour = 'up' | 'down' | 'line'

/**
 * Once per `occasion`, and only for those later than the one found at first, so that nothing flashes when a row comes into being; and only
 * in cards that are on the screen. What fades is a layer behind the text, by its opacity alone: that needs no layout and no paint in any
 * frame. Two names for the same animation take turns, for one that is asked for again under its own name does not start anew. In a storm
 * the fading would cost more than all the rest: what comes on top of so many stays lit for a moment and is out.
 */
export function useFlash(element: { current: HTMLElement | null }, colour: FlashColour | undefined, occasion: unknown) {
  const seen = useRef(occasion)
  const turn = useRef(0)
  useEffect(() => {
    const { current } = element
    if (occasion === seen.current) return
    seen.current = occasion
    if (colour === undefined || current === null || current.closest('[data-offscreen]') !== null) return
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return
    if (isStorm(performance.now())) {
      current.dataset['flash'] = `${colour}-still`
      setTimeout(() => {
        if (seen.current === occasion) delete current.dataset['flash']
      }, staysForMs)
      return
    }
    turn.current = 1 - turn.current
    current.dataset['flash'] = `${colour}-${turn.current}`
    // Else it would flash once more whenever its card is put in another place.
    current.addEventListener('animationend', forget)
  }, [occasion])
}

function forget({ currentTarget }: Event) {
  if (currentTarget instanceof HTMLElement) delete currentTarget.dataset['flash']
}

const startedAtMs: number[] = []

function isStorm(nowMs: number): boolean {
  while ((startedAtMs[0] ?? nowMs) < nowMs - fadesForMs) startedAtMs.shift()
  if (startedAtMs.length >= mostFading) return true
  startedAtMs.push(nowMs)
  return false
}
