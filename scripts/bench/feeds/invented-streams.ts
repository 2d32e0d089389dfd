/** An image of one market, and then changes of a price or two each. */
export function betfairLines(count: number): string[] {
  const runners = Array.from({ length: 12 }, (_, i) => ({ id: 1_000 + i, sortPriority: i + 1, status: 'ACTIVE' }))
  const definition = {
    status: 'OPEN',
    inPlay: false,
    eventId: '1',
    eventTypeId: '7',
    bettingType: 'ODDS',
    marketType: 'WIN',
    marketTime: '2026-01-01T12:00:00.000Z',
    version: 1,
    runners,
  }
  const lines: object[] = [
    {
      op: 'mcm',
      id: 2,
      clk: 'a',
      pt: 1_767_268_800_000,
      ct: 'SUB_IMAGE',
      mc: [{ id: '1.1', img: true, marketDefinition: definition }],
    },
  ]
  for (let i = 1; i < count; i++) {
    const [id, price] = [1_000 + (i % 12), 2 + (i % 40) / 10]
    const rc = [
      {
        id,
        ltp: price,
        atb: [[price, 10 + i]],
        atl: [
          [price + 0.1, 0],
          [price + 0.2, 12.5],
        ],
      },
    ]
    lines.push({ op: 'mcm', id: 2, clk: `a${i}`, pt: 1_767_268_800_000 + i, mc: [{ id: '1.1', rc }] })
  }
  return lines.map((line) => JSON.stringify(line))
}

/** Changes of the prices of both tokens of one market. */
export function clobFrames(count: number): string[] {
  const [yes, no] = ['1'.padEnd(77, '7'), '2'.padEnd(77, '3')]
  const hash = '0123456789abcdef0123456789abcdef01234567'
  return Array.from({ length: count }, (_, i) => {
    const cents = 2 + (i % 90)
    const [bid, ask] = [cents / 100, (cents + 1) / 100]
    const [other, otherAsk] = [(99 - cents) / 100, (100 - cents) / 100]
    return JSON.stringify({
      market: `0x${'1'.padStart(64, '0')}`,
      price_changes: [
        { asset_id: yes, price: `${bid}`, size: '5473.05', side: 'BUY', hash, best_bid: `${bid}`, best_ask: `${ask}` },
        {
          asset_id: no,
          price: `${otherAsk}`,
          size: '5473.05',
          side: 'SELL',
          hash,
          best_bid: `${other}`,
          best_ask: `${otherAsk}`,
        },
      ],
      timestamp: `${1_767_268_800_000 + i}`,
      event_type: 'price_change',
    })
  })
}
