/** What one request of a query is answered with; every document is JSON text already. */
export type QueryPage = { documents: string[]; continuation: string | undefined; charge: number }

/** The service answers at most 4 MB at once. */
export const maxPageBytes = 4 * 1024 * 1024
/** Like the service, gives a page back early, even empty, rather than search on and on while others wait. */
export const maxExaminedPerPage = 4_000
/** What must be seen whole has no pages: aggregates, DISTINCT, and sorting without a column. */
export const maxExaminedAtOnce = 250_000
