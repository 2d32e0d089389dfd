/** `odds-api` → `collectOddsApi`: letters and digits are all that a function's name may hold everywhere. */
export const timerName = (feed: string) =>
  `collect${feed.replaceAll(/(?:^|-)([a-z0-9])/g, (_, first: string) => first.toUpperCase())}`
