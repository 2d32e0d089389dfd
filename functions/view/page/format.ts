import { decimalOdds, impliedProbability, type PriceFormat, priceOf } from '../../book/price.ts'
import { formatAge } from '../client/age.ts'
import type { Direction } from '../client/board.ts'

/** How the reader wants prices shown; `feed` is as each feed states them. */
export const priceViews = ['feed', 'decimal', 'american', 'probability'] as const
export type PriceView = (typeof priceViews)[number]

export const noPrice = '–'

/** A price in the feed's unit, in the words of `view`; a dash where nobody quotes or no odds can be stated. */
export function formatPrice(price: number | null, format: PriceFormat, view: PriceView): string {
  if (price === null) return noPrice
  switch (view) {
    case 'feed':
      return format === 'probability' ? `${hundredths(price)}¢` : format === 'american' ? american(price) : decimal(price)
    case 'probability': {
      const probability = format === 'probability' ? price : impliedProbability(price, format)
      return probability === undefined ? noPrice : formatShare(probability)
    }
    case 'decimal': {
      const odds = decimalOdds(price, format)
      return odds === undefined ? noPrice : decimal(odds)
    }
    case 'american': {
      const odds = decimalOdds(price, format)
      return odds === undefined ? noPrice : american(format === 'american' ? price : priceOf(odds, 'american'))
    }
  }
}

/** A probability rises while its decimal odds fall: the arrow follows the number that is shown. */
export function shownDirection(direction: Direction, format: PriceFormat, view: PriceView): Direction {
  const flips = view !== 'feed' && (format === 'probability') !== (view === 'probability')
  if (!flips) return direction
  return direction === 'up' ? 'down' : 'up'
}

/** As an age, but exact to the minute for half a day: what one waits for is planned for. */
export function formatWait(waitMs: number): string {
  const minutes = Math.floor(waitMs / 60_000)
  if (minutes < 60 || minutes >= 12 * 60) return formatAge(waitMs)
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** A clock may be a little ahead of the one it is compared with: that is now. */
export const formatAgo = (ageMs: number) => (ageMs < 1_000 ? 'just now' : `${formatAge(ageMs)} ago`)

export const formatOverround = (overround: number) =>
  `${overround > 0 ? '+' : overround < 0 ? '−' : ''}${tenths(Math.abs(overround))}%`

export const formatShare = (share: number) => `${tenths(share)}%`

/** A difference of two probabilities: of percentages, and no percentage of anything. */
export const formatPoints = (difference: number) => `${tenths(difference)} pt${tenths(difference) === '1' ? '' : 's'}`

/** A handicap is given or taken, so its plus says something; that of a total does not. */
export const formatPoint = (point: number, handicap: boolean) =>
  handicap && point > 0 ? `+${point}` : String(point).replace('-', '−')

export const formatCount = (n: number) => n.toLocaleString('en')

const hundredths = (price: number) => String(Number((price * 100).toFixed(2)))
const tenths = (share: number) => String(Number((share * 100).toFixed(1)))
const american = (price: number) => (price > 0 ? `+${Math.round(price)}` : `−${Math.round(-price)}`)

/** Two places, as odds are read; fewer from 100 on, and close to 1 as many as tell the return from the stake. */
function decimal(odds: number): string {
  if (odds >= 100) return odds.toFixed(0)
  if (odds >= 1.1) return odds.toFixed(2)
  return String(Number((1 + Number((odds - 1).toPrecision(2))).toFixed(9)))
}
