import { useEffect, useRef } from 'preact/hooks'

/** Panels of the header: `<details name="panel">`, so that one is open at most. A press beside them, or Escape, closes them. */
export function usePanels(): { current: HTMLElement | null } {
  const within = useRef<HTMLElement>(null)
  useEffect(() => {
    const close = (event: Event) => {
      if (event instanceof KeyboardEvent && event.key !== 'Escape') return
      for (const panel of within.current?.querySelectorAll<HTMLDetailsElement>('details[name=panel][open]') ?? []) {
        if (!(event instanceof KeyboardEvent) && panel.contains(event.target as Node)) continue
        if (event instanceof KeyboardEvent && panel.contains(document.activeElement)) panel.querySelector('summary')?.focus()
        panel.open = false
      }
    }
    addEventListener('pointerdown', close)
    addEventListener('keydown', close)
    return () => {
      removeEventListener('pointerdown', close)
      removeEventListener('keydown', close)
    }
  }, [])
  return within
}
