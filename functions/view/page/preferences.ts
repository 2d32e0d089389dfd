import { sorts } from './arrange.ts'
import { priceViews } from './format.ts'
import type { Preferences } from './store.ts'

/** What the browser remembers of the reader's choices. Storage may be refused or hold anything: then the defaults serve. */
type Memory = Pick<Storage, 'getItem' | 'setItem'>

/** Where storage is forbidden, already the mention of `localStorage` throws. */
export const browserMemory: Memory = {
  getItem: (key) => localStorage.getItem(key),
  setItem: (key, value) => localStorage.setItem(key, value),
}

const keys = { view: 'oddscast.prices', sort: 'oddscast.sort' }

export function loadPreferences(memory: Memory): Preferences {
  return { view: oneOf(priceViews, recall(memory, keys.view)), sort: oneOf(sorts, recall(memory, keys.sort)) }
}

export function savePreferences(memory: Memory, { view, sort }: Preferences): void {
  try {
    memory.setItem(keys.view, view)
    memory.setItem(keys.sort, sort)
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
