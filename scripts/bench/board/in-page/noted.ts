/** What the page saw of itself since it was last asked. Times are epoch milliseconds, or spans. */
export type Noted = {
  /** A card that was in the document went from one `seq` to the next, and in which frame that was to be seen. */
  cards: { market: string; from: number; to: number; shownAtMs: number }[]
  /** How many frames took so many whole milliseconds; the last place has all that took longer. */
  frames: number[]
  longestFrameMs: number
  longTasks: number
  /** How often a place on the screen where a card should be was looked at, and none was there. */
  looks: number
  holes: number
  /** From the start of the page's life; null until then. */
  firstPriceMs: number | null
}

export const longestCountedMs = 1_000
