/** Bodies in the shape and of the size that each venue sends, for where nothing was recorded. */

const range = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i))

export function oddsBody(sport: string): string {
  const at = '2026-01-01T12:00:00Z'
  const outcomes = (names: readonly string[], i: number, point?: number) =>
    names.map((name, side) => ({ name, price: (side === 0 ? -1 : 1) * (110 + i), ...(point === undefined ? {} : { point }) }))
  const event = (id: number) => ({
    id: `${id}`.padStart(32, '0'),
    sport_key: sport,
    sport_title: 'Invented League',
    commence_time: at,
    home_team: `Port Ellery ${id}`,
    away_team: `Saint Brannock ${id}`,
    bookmakers: range(10, (i) => ({
      key: `bookmaker${i}`,
      title: `Bookmaker ${i}`,
      last_update: at,
      markets: [
        { key: 'h2h', last_update: at, outcomes: outcomes([`Port Ellery ${id}`, `Saint Brannock ${id}`], i) },
        { key: 'spreads', last_update: at, outcomes: outcomes([`Port Ellery ${id}`, `Saint Brannock ${id}`], i, 1.5) },
        { key: 'totals', last_update: at, outcomes: outcomes(['Over', 'Under'], i, 8.5) },
      ],
    })),
  })
  return JSON.stringify(range(15, event))
}

export function polymarketBody(count: number): string {
  const market = (id: number) => ({
    id: `${600_000 + id}`,
    question: `Will question number ${id} be answered before the year is out?`,
    conditionId: `0x${`${id}`.padStart(64, '0')}`,
    slug: `will-question-number-${id}-be-answered`,
    resolutionSource: '',
    endDate: '2026-12-31T12:00:00Z',
    startDate: '2025-05-02T15:48:00.174Z',
    image: 'https://pictures.example/0123456789abcdef.png',
    icon: 'https://pictures.example/0123456789abcdef.png',
    description: 'This market will resolve to "Yes" if the question is answered. '.repeat(30),
    outcomes: '["Yes", "No"]',
    outcomePrices: '["0.515", "0.485"]',
    clobTokenIds: JSON.stringify([`1${id}`.padEnd(77, '7'), `2${id}`.padEnd(77, '3')]),
    volume: '46224362.39',
    liquidity: '30197.69',
    volumeNum: 46_224_362.39,
    liquidityNum: 30_197.69,
    volume24hr: 12_345.67,
    active: true,
    closed: false,
    archived: false,
    acceptingOrders: true,
    enableOrderBook: true,
    negRisk: false,
    orderPriceMinTickSize: 0.01,
    orderMinSize: 5,
    bestBid: 0.5,
    bestAsk: 0.52,
    lastTradePrice: 0.51,
    spread: 0.02,
    oneDayPriceChange: 0.005,
    updatedAt: '2026-01-01T12:00:00.123456Z',
    volume1wk: 123_456.78,
    volume1mo: 1_234_567.89,
    createdAt: '2025-05-02T15:04:43.762151Z',
    resolvedBy: '0x0123456789abcdef0123456789abcdef01234567',
    questionID: `0x${`${id}`.padStart(64, '1')}`,
    events: [
      {
        description: 'This event will resolve to whatever the question is answered by. '.repeat(30),
        id: `${id}`,
        ticker: `question-${id}`,
        slug: `question-${id}`,
        title: `Question ${id}`,
        active: true,
        closed: false,
      },
    ],
  })
  return JSON.stringify({ markets: range(count, market) })
}

export function kalshiBody(count: number): string {
  const market = (id: number) => ({
    ticker: `KXQUESTION-26-${id}`,
    event_ticker: 'KXQUESTION-26',
    market_type: 'binary',
    title: `Will question number ${id} be answered before the year is out?`,
    subtitle: '',
    yes_sub_title: `Answer ${id}`,
    no_sub_title: `Answer ${id}`,
    open_time: '2025-01-01T15:00:00Z',
    close_time: '2026-12-31T15:00:00Z',
    expected_expiration_time: '2026-12-31T15:00:00Z',
    expiration_time: '2027-01-07T15:00:00Z',
    status: 'active',
    result: '',
    can_close_early: true,
    yes_bid_dollars: '0.1200',
    yes_ask_dollars: '0.1300',
    no_bid_dollars: '0.8700',
    no_ask_dollars: '0.8800',
    last_price_dollars: '0.1200',
    previous_yes_bid_dollars: '0.1100',
    previous_yes_ask_dollars: '0.1200',
    previous_price_dollars: '0.1100',
    yes_bid_size_fp: '169.86',
    yes_ask_size_fp: '12.00',
    volume_fp: '123456.00',
    volume_24h_fp: '1234.00',
    open_interest_fp: '56789.00',
    liquidity_dollars: '1234.5600',
    notional_value_dollars: '1.0000',
    price_level_structure: 'linear_cent',
    price_ranges: [{ start: '0.0000', end: '1.0000', step: '0.0100' }],
    rules_primary: `If question number ${id} is answered before the year is out, then the market resolves to Yes. `.repeat(3),
    rules_secondary:
      'What counts as an answer is what the source named in the rules says it is, at the time it is first said. '.repeat(5),
    updated_time: '2026-01-01T12:00:00Z',
  })
  return JSON.stringify({ cursor: '', markets: range(count, market) })
}
