/** A body of PredictIt's size and shape in which, round by round, five selections of each market have moved by a cent. */
export function predictItBody(
  round: number,
  { markets, selectionsPerMarket }: { markets: number; selectionsPerMarket: number },
): string {
  const body = {
    markets: Array.from({ length: markets }, (_market, i) => i + 1).map((id) => ({
      id,
      name: `Will question number ${id} be answered before the year is out?`,
      shortName: `Question number ${id}?`,
      image: `https://images.example/markets/${id}/0123456789abcdef.jpg`,
      url: `https://www.example.com/markets/detail/${id}/Will-question-${id}-be-answered`,
      contracts: Array.from({ length: selectionsPerMarket }, (_contract, i) => contract(id * selectionsPerMarket + i, i, round)),
      timeStamp: '2026-01-01T12:00:00.1234567',
      status: 'Open',
    })),
  }
  return JSON.stringify(body)
}

function contract(id: number, displayOrder: number, round: number) {
  const cents = 2 + ((id + (displayOrder === 0 ? 0 : round)) % 97)
  return {
    id,
    dateEnd: 'NA',
    image: `https://images.example/contracts/${id}/0123456789abcdef.png`,
    name: `Answer number ${displayOrder}`,
    shortName: `Answer ${displayOrder}`,
    status: 'Open',
    lastTradePrice: cents / 100,
    bestBuyYesCost: (cents + 1) / 100,
    bestBuyNoCost: (100 - cents) / 100,
    bestSellYesCost: cents / 100,
    bestSellNoCost: (99 - cents) / 100,
    lastClosePrice: cents / 100,
    displayOrder,
  }
}
