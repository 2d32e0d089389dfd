const book = { status: 'Where the market is in its life.', seq: 'The seq of the last tick in this book.' }

/** What each field means, by the thing it stands in; under `any`, wherever it means the same. */
const words: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  any: {
    v: 'The major version, as a number.',
    schema: 'The $id of the schema that the message keeps to, with its minor version.',
    feed: 'Where the odds are read from, as in predictit: lower-case letters, digits and hyphens.',
    topic: 'The family of markets that shares an event hub and a socket group, as in politics.',
    marketId: 'The market: <feed>:<the feed’s own market id>, as in predictit:7053.',
    marketName: 'The market’s name, one line.',
    selectionId: 'The selection, one answer that can be backed: <feed>:<the feed’s own selection id>, as in predictit:24001.',
    selectionName: 'The selection’s name, one line.',
    bookmaker: 'Who quotes. On a prediction market and an exchange that is the venue itself.',
    priceFormat:
      'The unit of last, back and lay, kept as the feed states it: probability is the cost of a stake that returns 1, decimal the return per unit staked, american the profit on 100 (positive) or the stake that wins 100 (negative).',
    name: 'The market’s name, one line.',
    url: 'The market’s page at the feed; null where there is none.',
    image: 'The address of a picture; null where there is none.',
    fixture: 'The real-world happening that is bet on; null where the feed names none.',
    startsAtMs: 'When the fixture starts, in milliseconds since 1970 UTC; null where that is not known.',
    inPlay: 'Whether the fixture is under way and still bet on; null where the feed does not tell.',
    asOfMs:
      'The clock that orders what is said of a market, in milliseconds since 1970 UTC: the feed’s own where that can be trusted, else ours.',
    publishedAtMs: 'The feed’s clock, in milliseconds since 1970 UTC; null where it has none.',
    observedAtMs: 'Our clock when the feed was read, in milliseconds since 1970 UTC.',
    storedAtMs: 'Our clock when the tick was stored, in milliseconds since 1970 UTC.',
    sentAtMs: 'Our clock when the message was sent, in milliseconds since 1970 UTC.',
    readAtMs:
      'The server’s clock when it read the store, in milliseconds since 1970 UTC: by it a reader learns the error of its own.',
    openedAtMs:
      'When the market was first seen: our clock at the feed, in milliseconds since 1970 UTC; 0: not known. A store that was lost tells another one.',
    changedAtMs: 'When it last changed: our clock at the feed, in milliseconds since 1970 UTC.',
    last: 'The last price traded, in priceFormat; null where none is known.',
    back: 'The price at which it can be backed (bought) now, in priceFormat; null where nobody offers one.',
    lay: 'The price at which it can be laid (sold) now, in priceFormat; null where nobody offers one.',
    point: 'The line of a spread or total, in the sport’s own unit; null where the market has none.',
    outcome: 'How the selection ended; null until the market is settled.',
    decimalOdds: 'The return per unit staked at back, the stake included; null where back is, or states no return.',
    impliedProbability: '1 / decimalOdds, the bookmaker’s margin included; null where decimalOdds is.',
    seq: 'The market’s own count of its ticks, from 1 and without holes.',
    overround:
      'What backing every selection at its best price costs beyond a return of 1: the sum of the implied probabilities, less 1; null where the market states no such sum.',
    fairProbability: 'The chance that the bookmakers give it, their margins taken out; null where that cannot be told.',
    bestBack: 'The best open price to back it at, in priceFormat; null where nobody offers one.',
    bestBackBookmaker: 'Whose price bestBack is.',
    bestLay: 'The best open price to lay it at, in priceFormat; null where nobody offers one.',
    bestLayBookmaker: 'Whose price bestLay is.',
    best: 'The best open prices over all bookmakers.',
    selections: 'The answers that can be backed.',
    quotes: 'What each bookmaker says of the selection.',
    ttl: 'After so many seconds the store deletes it.',
    partition: 'The partition of the event hub.',
    sequence: 'The sequence number within the partition.',
    traceparent:
      'Whose doing this is, as W3C Trace Context says it: of a message the sending, of a tick the storing. It is there only where that is being watched.',
    counts: 'What dedupe made of each feed’s messages.',
    feeds: 'What is known of each feed after its last poll.',
    topics: 'The topics that there are.',
  },
  message: {
    kind: 'market: what a feed shows of it; gone: a complete poll no longer lists it.',
    complete: 'False for a part of a market: nothing is gone because it is missing here.',
    unchangedUntilMs:
      'When the feed was last read, before this message, and showed the market as the message before it did, in milliseconds since 1970 UTC; null where that is not known.',
    market: 'What the feed says of the market itself.',
  },
  market: { status: 'Where the market is in its life. A quote follows its market, unless it is withdrawn alone.' },
  fixtures: {
    id: 'The fixture’s id, as in its address.',
    name: 'The fixture’s name, one line.',
    startsAt: 'When it starts, as ISO 8601 in UTC.',
    startsAtMs: 'When it starts, in milliseconds since 1970 UTC.',
    status: 'Where the fixture is in its life.',
    home: 'The home side; null where there is none.',
    away: 'The visiting side; null where there is none.',
    competition: 'The league or tournament; null where there is none.',
    links: 'What is bet on it, question by question, wherever it is quoted.',
    updatedAtMs: 'Our clock when it was last told, in milliseconds since 1970 UTC.',
  },
  links: { question: 'What is asked.', selections: 'The answers.' },
  fixture: { id: 'The fixture’s id at the feed.', name: 'The fixture’s name, one line.' },
  selections: {
    id: 'The selection: <feed>:<the feed’s own selection id>, as in predictit:24001.',
    name: 'The selection’s name, one line.',
  },
  quotes: {
    status: 'Where this quote is in its life; removed is the tombstone.',
    publishedAtMs: 'The feed’s clock for this quote alone, in milliseconds since 1970 UTC; null where the market’s counts.',
    seq: 'The seq of the tick that last changed this quote.',
    changedAtMs: 'When this quote last changed: our clock at the feed, in milliseconds since 1970 UTC.',
  },
  board: {
    kind: 'delta: ticks to apply on the books one holds; feeds: the health of feeds, after every poll; alert: something worth a look.',
    markets: 'What changed, by market. A market is there twice where something between is missing.',
    alerts: 'Readers pass over an alert of a kind that they do not know.',
  },
  answer: {
    markets: 'The books.',
    alerts: 'The newest first.',
    fixtures: 'The earliest first.',
    rows: 'The rows, in the order of their markets.',
    next: 'The address of the rest; null when this is all.',
    clients: 'In the order of their ids.',
    seqs: 'The seq of each market, by its id: that of the last tick in its book.',
    opened: 'When each market was first seen, by its id: the openedAtMs of its book.',
    groups: 'The groups to join at the socket.',
    url: 'The address to open a WebSocket at.',
  },
  clients: {
    id: 'The connection’s id at Web PubSub.',
    userId: 'Whom the token was made for: the name that the client gave itself, who signed in, or anonymous-<a number>.',
    protocol: 'The subprotocol that it speaks; null where it speaks none, or that is not known.',
    connectedAtMs: 'When we heard that it came, in milliseconds since 1970 UTC.',
    seenAtMs: 'When the service last confirmed it, in milliseconds since 1970 UTC.',
    expiresAtMs: 'When it is taken for gone unless the service confirms it before, in milliseconds since 1970 UTC.',
  },
  groups: { feeds: 'The group of the health of all feeds.', topics: 'The group of each topic.' },
  health: {
    status: 'Always this.',
    storeMs: 'Milliseconds that the store took to answer.',
    feeds: 'How each feed is. quiet: it answers, and no price moves; late: behind its schedule; down: it does not answer.',
  },
  history: {
    fromMs: 'Where the first step begins, in milliseconds since 1970 UTC.',
    toMs: 'Where the window ends, in milliseconds since 1970 UTC, that moment not included.',
    stepMs: 'Milliseconds of a step; 0: each tick is one.',
    seq: 'Every tick of the window up to this one is in it: go on with GET /api/markets/{id}/ticks?after=, or with the socket.',
    lines: 'What each bookmaker said of each selection.',
  },
  lines: {
    side: 'Which price it is: the last traded, or that to back or to lay at.',
    before: 'What held when the window began; null where that is not known.',
    steps: 'The steps in which something happened, one place a step in each of the lists.',
  },
  steps: {
    atMs: 'Where the step begins, in milliseconds since 1970 UTC.',
    open: 'The price when it begins; null while there is none, since the quote is not open or nobody is on that side.',
    high: 'The highest price in it; null where there is none.',
    low: 'The lowest price in it; null where there is none.',
    close: 'The price when it ends; null where there is none then: a gap.',
    last: 'The last price that there was in it, though it may be gone by its end; null where there was none.',
    point:
      'The line of a spread or total when it ends, in the sport’s own unit; null where there is none. Prices of two lines are prices of two bets.',
    ticks: 'How many ticks fell in it.',
  },
  rows: {
    data_id: 'The selection: <feed>:<the feed’s own selection id>, as in predictit:24001.',
    name: 'The selection’s name.',
    image: 'The address of a picture of the selection; null where there is none.',
    market_image: 'The address of a picture of the market; null where there is none.',
    price: 'The last price traded, in price_format; null where none is known.',
    buy: 'The price at which it can be backed (bought) now, in price_format; null where nobody offers one.',
    sell: 'The price at which it can be laid (sold) now, in price_format; null where nobody offers one.',
    timestamp: 'When this row last changed: our clock at the feed, as ISO 8601 in UTC.',
    market_id: 'The market: <feed>:<the feed’s own market id>, as in predictit:7053.',
    market_name: 'The market’s name.',
    market_status: 'Where the market is in its life.',
    status: 'Where this quote is in its life; removed is the tombstone.',
    price_format: 'The unit of price, buy and sell, kept as the feed states it.',
    decimal_odds: 'The return per unit staked at buy, the stake included; null where buy is, or states no return.',
    implied_probability: '1 / decimal_odds, the bookmaker’s margin included; null where decimal_odds is.',
    fair_probability:
      'The chance that the bookmakers give the selection, their margins taken out; null where that cannot be told.',
    market_url: 'The market’s page at the feed; null where there is none.',
    fixture_id: 'The fixture’s id at the feed; null where there is none.',
    fixture_name: 'The fixture’s name; null where there is none.',
    starts_at: 'When the fixture starts, as ISO 8601 in UTC; null where that is not known.',
    in_play: 'Whether the fixture is under way and still bet on; null where the feed does not tell.',
    seq: 'The seq of the tick that last changed this row.',
  },
  pushed: {
    accepted: 'Markets that were taken.',
    rejected: 'Markets that were not.',
    results: 'Each market, in the order of the body.',
  },
  results: {
    index: 'Where in the body it was, from 0.',
    marketId: 'The market; null where that could not be read.',
    status: 'Whether it was taken.',
    reason: 'What is wrong with it.',
  },
  problem: {
    type: 'Always about:blank: the status says what kind of problem it is.',
    title: 'What kind of problem it is, in a few words.',
    status: 'The HTTP status.',
    detail: 'What is wrong, and what to do about it.',
    errors: 'What is wrong with each parameter, where it is they that are wrong.',
  },
  errors: {
    in: 'Where the parameter stands.',
    parameter: 'Its name.',
    given: 'What was said, or as much of it as is worth saying back; null where nothing was.',
    why: 'What is wrong with it; read it after the name.',
  },
  delta: {
    id: 'The market: <feed>:<the feed’s own market id>, as in predictit:7053.',
    from: 'The first seq that is covered, whether or not a tick of it is here.',
    to: 'The last seq that is covered.',
    status: 'The market’s status after these ticks.',
    ticks: 'All ticks of the range, in the order of their seq.',
  },
  book: {
    ...book,
    id: 'Always this: there is one book in a market’s partition.',
    type: 'Tells a book from a tick.',
    hub: 'The place on the event hub of the last message that is in this book; null where the host did not tell it.',
  },
  markets: {
    ...book,
    id: 'The market: <feed>:<the feed’s own market id>, as in predictit:7053.',
    from: 'The first seq that is covered, whether or not a tick of it is here.',
    to: 'The last seq that is covered.',
    ticks: 'The newest tick of each selection and bookmaker in the range, in the order of their seq.',
  },
  best: {
    back: 'The best open price to back it at, and whose it is; null where nobody offers one.',
    lay: 'The best open price to lay it at, and whose it is; null where nobody offers one.',
  },
  back: { price: 'The price, in priceFormat.' },
  lay: { price: 'The price, in priceFormat.' },
  ticks: {
    id: 't:<seq>, with twelve digits, so that ids sort as numbers do.',
    type: 'Tells a tick from a book.',
    kind: 'What happened. The list may grow: read a kind that you do not know as moved, since a tick carries the whole new value.',
    status: 'The quote’s status; removed is the tombstone.',
    marketStatus: 'The market’s status with this tick.',
    previousSeq: 'The seq of the tick before it of the same selection and bookmaker; null for their first.',
    publishedAt: 'publishedAtMs, as ISO 8601 in UTC.',
    observedAt: 'observedAtMs, as ISO 8601 in UTC.',
    storedAt: 'storedAtMs, as ISO 8601 in UTC.',
  },
  refusal: {
    error: 'Always this.',
    reason:
      'expired: the ticks are no longer kept; ahead: the store does not know that seq; too_far_behind: a snapshot is the shorter way.',
  },
  feeds: {
    id: 'The feed’s name.',
    state:
      'What the facts mean at readAtMs. quiet: it answers, and no price moves; late: behind its schedule; down: it does not answer.',
    everyMs: 'Milliseconds between its polls or heartbeats; null for a provider that pushes when it likes.',
    polledAtMs: 'When it was last polled, in milliseconds since 1970 UTC.',
    completeAtMs: 'When a poll last listed everything, in milliseconds since 1970 UTC; null: never.',
    changedAtMs: 'When a poll last differed from the one before, in milliseconds since 1970 UTC; null: never.',
    failure: 'Why it does not answer; null while it does.',
    markets: 'Markets in the last poll.',
    selections: 'Selections in the last poll.',
    published: 'Markets of the last poll that were sent on.',
    unchanged: 'Markets of the last poll that were left out, since their value was the one last sent.',
    rejected: 'Markets of the last poll that could not be read.',
    lagMs:
      'Milliseconds by which its quotes were old, by its own clock, when last read: the median over its markets; null where it has no clock.',
    quota: 'Calls that it still grants, in its own unit; null where it sets no limit.',
    drift: 'How its JSON differs from what is known of it.',
    openMarkets: 'Markets that are owed a tombstone, should the feed stop listing them.',
    digest: 'A hash of the last complete poll.',
  },
  failure: {
    reason: 'What is wrong, in words.',
    sinceMs: 'Since when, in milliseconds since 1970 UTC.',
    times: 'Polls that have failed in a row.',
    retryAtMs: 'No poll before this, in milliseconds since 1970 UTC; null: on schedule.',
  },
  quota: {
    remaining: 'Calls left.',
    used: 'Calls used; null where the feed does not tell.',
    resetsAtMs: 'When the quota starts anew, in milliseconds since 1970 UTC; null where that is not known.',
    nextPollAtMs: 'No poll before this, so that the calls last, in milliseconds since 1970 UTC; null: on schedule.',
  },
  drift: { unknown: 'Fields that are new.', vanished: 'Fields that are gone from all objects looked at.' },
  unknown: { field: 'The field, with its place.', count: 'How many of the objects looked at have it.' },
  counts: {
    id: 'dedupe:<feed>.',
    type: 'Tells counts from a feed.',
    sinceMs: 'Counted since then, in milliseconds since 1970 UTC.',
    countedAtMs: 'Counted until then, in milliseconds since 1970 UTC.',
    fresh: 'Messages that changed something.',
    duplicate: 'Messages with the value that was stored already.',
    stale: 'Messages that a newer one had overtaken.',
    ticks: 'Ticks that were stored.',
  },
  alerts: {
    type: 'Always this.',
    at: 'observedAtMs, as ISO 8601 in UTC.',
    id: 'The same facts have the same id.',
    kind: 'arbitrage: backing every selection, each where it pays most, returns more than it costs; move: a price went a long way within a window; steam: several bookmakers moved the same way. The list may grow.',
    selectionId: 'The selection; null where the alert is of the whole market.',
    selectionName: 'The selection’s name; null where the alert is of the whole market.',
    headline: 'What happened, in one sentence.',
    size: 'arbitrage: what a stake of 1 over all selections earns; move and steam: the change of implied probability, signed.',
    tookMs: 'Milliseconds that the change took; null for an arbitrage, which is of one instant.',
    observedAtMs: 'Our clock when the last quote in the evidence was read, in milliseconds since 1970 UTC.',
    evidence: 'The quotes that this was concluded from.',
  },
  evidence: {
    price: 'The price, in priceFormat.',
    impliedProbability: 'What the price implies, the margin included.',
    before: 'What the same quote was at the start of the change; null where that plays no part.',
  },
  before: {
    atMs: 'Since when, in milliseconds since 1970 UTC.',
    price: 'The price then, in priceFormat.',
    impliedProbability: 'What it implied, the margin included.',
  },
}

const used = new Set<string>()

/** A field that nobody has described has no business on the wire. */
export function describe(parent: string, field: string): string {
  for (const thing of [parent, 'any']) {
    const text = words[thing]?.[field]
    if (text === undefined) continue
    used.add(`${thing}.${field}`)
    return text
  }
  throw new Error(`scripts/schemas/words.ts does not say what ${parent}.${field} is`)
}

/** After all schemas were made: words for what no message has any more. */
export const unusedWords = (): string[] =>
  Object.entries(words).flatMap(([thing, fields]) =>
    Object.keys(fields)
      .map((field) => `${thing}.${field}`)
      .filter((place) => !used.has(place)),
  )
