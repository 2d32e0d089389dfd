/** How many pages a poll reads. `setting` is its name in the environment, for whoever set it wrong. */
export function pagesOf(text: string | undefined, setting: string, most: number): number {
  const pages = Number(text)
  if (Number.isInteger(pages) && pages >= 1 && pages <= most) return pages
  throw new Error(`${setting} is "${text}"; it takes a whole number of pages, ${most} at most`)
}

/** The address of a listing; whatever filter of the venue's own is in it stays there, on every page. */
export function listingUrl(text: string, setting: string): URL {
  if (URL.canParse(text)) return new URL(text)
  throw new Error(`${setting} is no web address`)
}

/** The same address with these parameters instead of what it had under their names. */
export function withQuery(url: URL, parameters: Readonly<Record<string, string | readonly string[]>>): URL {
  const copy = new URL(url)
  for (const [name, value] of Object.entries(parameters)) {
    copy.searchParams.delete(name)
    for (const one of typeof value === 'string' ? [value] : value) copy.searchParams.append(name, one)
  }
  return copy
}
