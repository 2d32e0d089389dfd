import { useEffect, useRef } from 'preact/hooks'

const flashForMs = 1_200

/**
 * Played by script, once per `occasion`: an animation from the style sheet would play again whenever a card is put in another place. Only
 * occasions later than the one found at first are played, so that nothing flashes when a row comes into being; and only in cards
 * that are on the screen, since each running animation costs something in every frame.
 */
export function useFlash(element: { current: HTMLElement | null }, colour: string | undefined, occasion: unknown) {
  const seen = useRef(occasion)
  useEffect(() => {
    if (occasion === seen.current) return
    seen.current = occasion
    if (colour === undefined || element.current === null || element.current.closest('[data-offscreen]') !== null) return
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return
    element.current.animate([{ backgroundColor: `var(--${colour})` }, {}], { duration: flashForMs, easing: 'ease-out' })
  }, [occasion])
}
