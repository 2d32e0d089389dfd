/** How long after the last touch or scroll a reader without a pointer is taken to be reading still. */
const readsOnForMs = 8_000

/**
 * Whether someone reads the board closely just now, so that nothing on it may change its place: a pointer rests on it, the keyboard
 * works in it, or a finger was on it a moment ago. (A touch screen leaves `:hover` behind wherever it was tapped last.)
 */
export function watchReader(nowMs: () => number): () => boolean {
  const hovers = matchMedia('(hover: hover)')
  let touchedAtMs = -Infinity
  const note = () => {
    touchedAtMs = nowMs()
  }
  addEventListener('touchmove', note, { passive: true })
  addEventListener('touchstart', note, { passive: true })
  return () => {
    if (document.querySelector('#board :focus-visible') !== null) return true
    return hovers.matches ? document.querySelector('#board:hover') !== null : nowMs() - touchedAtMs < readsOnForMs
  }
}
