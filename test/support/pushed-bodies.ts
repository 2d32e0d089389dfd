/** One market in our own words, as short as a provider may say it. */
export const ownMarket = (id: string, back: number) => ({
  marketId: id,
  topic: 'sports',
  priceFormat: 'decimal',
  market: { name: `Market ${id}` },
  selections: [
    { id: `${id}-1`, name: 'Harwick Herons', quotes: [{ bookmaker: 'quillbet', back, point: null }] },
    { id: `${id}-2`, name: 'Tamber Comets', quotes: [{ bookmaker: 'quillbet', back: 2.1 }] },
  ],
})

/** One of the AWS sample's odds: invented sides, their shape. */
export const sampleOdds = {
  summary: 'Tamber Comets @ Harwick Herons',
  gameId: 'game-2957FB14',
  gameDate: '2026-01-03 13:00:00.000',
  type: 'spread',
  isOpen: true,
  away: -4,
  home: 4,
  awayOdds: -110,
  homeOdds: 105,
  date: Date.UTC(2026, 0, 1) / 1_000 - 2,
}
