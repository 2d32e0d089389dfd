import { sorts } from './arrange.ts'
import { ranges } from './chart/chart-model.ts'
import { priceViews } from './format.ts'
import { moverMinutes, type Preferences, rates } from './store.ts'
import { themes } from './theme.ts'

/** What the browser remembers of the reader's choices. Storage may be refused or hold anything: then the defaults serve. */
type Memory = Pick<Storage, 'getItem' | 'setItem'>

/** Where storage is forbidden, already the mention of `localStorage` throws. */
export const browserMemory: Memory = {
  getItem: (key) => localStorage.getItem(key),
  setItem: (key, value) => localStorage.setItem(key, value),
}

const keys: Record<keyof Preferences, string> = {
  view: 'oddscast.prices',
  sort: 'oddscast.sort',
  rate: 'oddscast.rate',
  theme: 'oddscast.theme',
  moverMinutes: 'oddscast.movers',
  chartRange: 'oddscast.range',
}

export function loadPreferences(memory: Memory): Preferences {
  const chosen = <T extends string>(words: readonly [T, ...T[]], key: string) => oneOf(words, recall(memory, key))
  return {
    view: chosen(priceViews, keys.view),
    sort: chosen(sorts, keys.sort),
    rate: chosen(rates, keys.rate),
    theme: chosen(themes, keys.theme),
    moverMinutes: chosen(moverMinutes, keys.moverMinutes),
    chartRange: chosen(ranges, keys.chartRange),
  }
}

export function savePreferences(memory: Memory, preferences: Preferences): void {
  try {
    for (const [name, value] of Object.entries(preferences)) memory.setItem(keys[name as keyof Preferences], value)
  } catch {
    // A full or forbidden storage costs only the memory of a choice.
  }
}

function recall(memory: Memory, key: string): string | null {
  try {
    return memory.getItem(key)
  } catch {
    return null
  }
}

const oneOf = <T extends string>(words: readonly [T, ...T[]], word: string | null): T => words.find((w) => w === word) ?? words[0]
