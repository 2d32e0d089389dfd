/** `system`: as the reader's system has it, by day and by night. */
export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

/** All colours are `light-dark(…)`: which of the two hangs on one property of the root. */
export function wear(theme: Theme, { documentElement, head }: Document) {
  documentElement.style.colorScheme = theme === 'system' ? '' : theme
  // The browser's own frame goes with the page.
  for (const meta of head.querySelectorAll<HTMLMetaElement>('meta[name=theme-color]')) {
    const shade = meta.dataset['shade'] ?? ''
    meta.media = theme === 'system' ? `(prefers-color-scheme: ${shade})` : theme === shade ? 'all' : 'not all'
  }
}
