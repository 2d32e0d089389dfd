import { type Signal, useSignal } from '@preact/signals'
import { useLayoutEffect } from 'preact/hooks'

import { columnsIn } from './layout.ts'

/** Which part of an element is on the screen, in rem from its top, and how many columns of cards fit into it. */
export type Viewport = { columns: number; from: number; to: number }

/** Cards this far off the screen are there already when they are scrolled to. */
export const overscan = 45
/** So far one may scroll before anything is done about it. */
const grain = 15

export function useViewport(element: { current: HTMLElement | null }): Signal<Viewport> {
  const viewport = useSignal<Viewport>({ columns: 0, from: 0, to: 0 })
  useLayoutEffect(() => {
    const measure = () => {
      const { current } = element
      if (current === null) return
      const rem = remPixels()
      const { top, width } = current.getBoundingClientRect()
      const from = Math.floor(-top / rem / grain) * grain
      const to = Math.ceil((-top / rem + innerHeight / rem) / grain) * grain
      const columns = columnsIn(width / rem)
      const shown = viewport.peek()
      if (shown.from !== from || shown.to !== to || shown.columns !== columns) viewport.value = { columns, from, to }
    }
    measure()
    const resized = new ResizeObserver(measure)
    if (element.current !== null) resized.observe(element.current)
    addEventListener('scroll', measure, { passive: true })
    addEventListener('resize', measure)
    return () => {
      resized.disconnect()
      removeEventListener('scroll', measure)
      removeEventListener('resize', measure)
    }
  }, [])
  return viewport
}

export const remPixels = () => Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16
