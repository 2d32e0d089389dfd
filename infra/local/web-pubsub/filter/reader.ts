import { Unusable } from './expression.ts'
import type { Word } from './words.ts'

/** Walks the words of a filter, one ahead. */
export class Reader {
  readonly #words: readonly Word[]
  #at = 0
  #depth = 0

  constructor(words: readonly Word[]) {
    this.#words = words
  }

  peek(): Word | undefined {
    return this.#words[this.#at]
  }

  next(): Word {
    const word = this.#words[this.#at++]
    if (word === undefined) throw new Unusable('The filter ends too early.')
    return word
  }

  takes(text: string): boolean {
    const word = this.peek()
    if ((word?.kind !== 'name' && word?.kind !== 'mark') || word.text !== text) return false
    this.#at++
    return true
  }

  expect(mark: string): void {
    if (!this.takes(mark)) throw new Unusable(`Expected '${mark}' before ${this.described()}.`)
  }

  described(): string {
    const word = this.peek()
    if (word === undefined) return 'the end'
    return 'text' in word ? `'${word.text}'` : JSON.stringify(word.value)
  }

  nested<T>(read: (reader: Reader) => T): T {
    if (++this.#depth > deepest) throw new Unusable(`A filter is nested at most ${deepest} deep.`)
    const result = read(this)
    this.#depth--
    return result
  }
}

/** Deeper than any filter a person writes, and far from the end of the stack. */
const deepest = 100
