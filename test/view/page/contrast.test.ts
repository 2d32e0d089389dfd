import { readFileSync } from 'node:fs'
import path from 'node:path'

import { describe, expect, it } from 'vitest'

/** What is written on what, by the names in `base.css`. */
const written: [ink: string, ground: string][] = [
  ...['text', 'muted', 'accent', 'up', 'down', 'warn'].flatMap((ink) =>
    ['page', 'card', 'raised'].map((ground): [string, string] => [ink, ground]),
  ),
  ['text', 'line-soft'],
  ['muted', 'line-soft'],
  ['accent', 'accent-soft'],
  ['warn', 'warn-soft'],
  ['card', 'up'],
  ['card', 'accent'],
]

const css = readFileSync(path.resolve(import.meta.dirname, '../../../functions/view/page/styles/base.css'), 'utf8')
const colours = new Map(
  [...css.matchAll(/--([a-z0-9-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(([, name, light, dark]) => [
    name,
    { light, dark },
  ]),
)

/** WCAG 2.2, relative luminance. */
function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (high + 0.05) / (low + 0.05)
}

describe('the page’s colours', () => {
  it.each(['light', 'dark'] as const)('are told apart by everyone, in the %s: 4.5 to 1 (WCAG AA)', (scheme) => {
    const weak = written
      .map(([ink, ground]) => {
        const [on, under] = [colours.get(ink)?.[scheme], colours.get(ground)?.[scheme]]
        if (on === undefined || under === undefined) throw new Error(`base.css has no ${ink} or no ${ground}`)
        return `${ink} on ${ground}: ${contrast(on, under).toFixed(2)}`
      })
      .filter((pair) => Number(pair.split(': ')[1]) < 4.5)
    expect(weak).toEqual([])
  })

  it.each(['light', 'dark'] as const)('of the chart’s lines stand out from their ground, in the %s: 3 to 1', (scheme) => {
    const ground = colours.get('card')?.[scheme] ?? ''
    const lines = [...colours].filter(([name]) => /^line-\d$/.test(name ?? ''))
    expect(lines).toHaveLength(6)
    for (const [, colour] of lines) expect(contrast(colour[scheme] ?? '', ground)).toBeGreaterThan(3)
  })
})
