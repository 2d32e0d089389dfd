import type { Brand } from './ids.ts'

/** Return per unit staked, stake included; above 1. */
export type DecimalOdds = Brand<number, 'DecimalOdds'>
/** 0 < p < 1, the bookmaker's margin included. */
export type Probability = Brand<number, 'Probability'>

/**
 * The unit in which a feed states its prices, kept exactly as it came:
 * `probability` is the cost of a stake that returns 1 (PredictIt, Kalshi, Polymarket), `decimal` the return per unit staked,
 * `american` the profit on 100 (positive) or the stake that wins 100 (negative).
 */
export const priceFormats = ['probability', 'decimal', 'american'] as const
export type PriceFormat = (typeof priceFormats)[number]

/** Whether `price` can be a quote in `format` at all. The ends of the scale are settled bets, not quotes, but venues do show them. */
export function isPrice(price: number, format: PriceFormat): boolean {
  switch (format) {
    case 'probability':
      return price >= 0 && price <= 1
    case 'decimal':
      return price >= 1 && Number.isFinite(price)
    case 'american':
      return Math.abs(price) >= 100 && Number.isFinite(price)
  }
}

/** `undefined` where no return can be stated: a probability of 0 or 1, decimal odds of 1. */
export function decimalOdds(price: number, format: PriceFormat): DecimalOdds | undefined {
  const odds = toDecimal(price, format)
  return odds > 1 && Number.isFinite(odds) ? (derived(odds) as DecimalOdds) : undefined
}

/** A feed that states probabilities has its price taken as it is; any other goes by way of decimal odds. */
export function impliedProbability(price: number, format: PriceFormat): Probability | undefined {
  const exact = exactProbability(price, format)
  return exact === undefined ? undefined : ((format === 'probability' ? exact : derived(exact)) as Probability)
}

/** The same before it is rounded: what sums and comparisons are made of. */
export function exactProbability(price: number, format: PriceFormat): number | undefined {
  const odds = toDecimal(price, format)
  if (!(odds > 1 && Number.isFinite(odds))) return undefined
  return format === 'probability' ? price : 1 / odds
}

/** The way back: the price in `format` that gives these odds. American prices are whole numbers, even money is +100. */
export function priceOf(odds: DecimalOdds, format: PriceFormat): number {
  switch (format) {
    case 'probability':
      return significant(1 / odds, 9)
    case 'decimal':
      return odds
    case 'american':
      return odds >= 2 ? Math.round((odds - 1) * 100) : Math.round(-100 / (odds - 1))
  }
}

/** Σ implied − 1 over mutually exclusive selections: what the bookmaker keeps if it is backed on all of them. */
export function overround(implied: readonly number[]): number {
  return significant(implied.reduce((sum, p) => sum + p, 0) - 1, 9)
}

function toDecimal(price: number, format: PriceFormat): number {
  switch (format) {
    case 'probability':
      return 1 / price
    case 'decimal':
      return price
    case 'american':
      return price > 0 ? 1 + price / 100 : 1 + 100 / -price
  }
}

/**
 * Derived numbers carry twelve significant digits. That is the fewest (tested) that leaves every American price up to ±1,000,000
 * and every probability of six decimals exact on the way back; fewer lose −999,999, more only show the noise of binary fractions.
 */
export const derived = (value: number) => significant(value, 12)

const significant = (value: number, digits: number) => Number(value.toPrecision(digits))
