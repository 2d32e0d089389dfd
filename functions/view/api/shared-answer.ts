import type { Board } from './ports.ts'

/**
 * Whoever shares a read of the store shares the answer that is made of it. When Web PubSub comes back every browser asks for the same in
 * the same second, and to price, write and compress ten thousand selections for each of them would take all the time there is.
 */
export function sharedAnswer(board: Board, tagged: string, answer: () => string): Uint8Array {
  let made = answers.get(board)
  if (made === undefined) answers.set(board, (made = new Map()))
  const known = made.get(tagged)
  if (known !== undefined) return known
  const body = Buffer.from(answer())
  made.set(tagged, body)
  return body
}

/** They go when the read does. */
const answers = new WeakMap<Board, Map<string, Uint8Array>>()
