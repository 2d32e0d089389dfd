/** `system`: as the reader's system has it, by day and by night. */
export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

/** All colours are `light-dark(…)`: which of the two hangs on one property of the root. */
export function wear(theme: Theme, root: HTMLElement) {
  root.style.colorScheme = theme === 'system' ? '' : theme
}
