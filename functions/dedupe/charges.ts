/** What the store asked for all that was done in a batch, in its own unit; and how often it first said that it was too busy. */
export type Charges = { requestUnits: number; throttled: number }

export const noCharges = (): Charges => ({ requestUnits: 0, throttled: 0 })

/** Request units come in hundredths, of which floating point makes more. */
export const inHundredths = ({ requestUnits, throttled }: Charges): Charges => ({
  requestUnits: Math.round(requestUnits * 100) / 100,
  throttled,
})
