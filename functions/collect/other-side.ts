/**
 * Whoever bets on one of two answers bets against the other, at 1 − its price. Rounded to twelve decimals, more than any venue has: it is
 * the very number that the decimals stand for, and no 0.30000000000000004.
 */
export const otherSide = (price: number | null) => (price === null ? null : Math.round((1 - price) * 1e12) / 1e12)

/** What venues show for an offer or a bid where there is none: the ends of the scale, at which nobody can bet. */
export const orNobody = (price: number | null) => (price === null || price <= 0 || price >= 1 ? null : price)
