import type { FixtureDocument } from '../../book/fixtures.ts'
import { readInstant } from '../../book/instant.ts'
import { schemaId } from '../../book/schema-ids.ts'
import { json, problem, type Reply } from '../../http/reply.ts'
import type { ApiRequest } from './request.ts'

/** `between` gives up to `limit` fixtures that start in [from, to), the earliest first; `full` when that many were found. */
export type FixtureStore = {
  between(span: FixtureSpan, limit: number): Promise<{ fixtures: FixtureDocument[]; full: boolean }>
  fixture(id: string): Promise<FixtureDocument | undefined>
}
/** ISO instants; undefined is without end. */
export type FixtureSpan = { from: string | undefined; to: string | undefined; topic: string | undefined }

/** `next` is the address of the rest, null when this is all. */
export type FixturesAnswer = { fixtures: FixtureDocument[]; next: string | null }

const pageSize = 500
/** More than ever start at one instant. */
const mostAtOnce = 10_000

/**
 * `GET /api/fixtures?from=&to=&topic=`, by start. A page ends between two instants and never inside one, so that the next begins at an
 * instant: the address of a page is good for ever, whatever is added or moved meanwhile.
 */
export async function getFixtures({ query, ifNoneMatch }: ApiRequest, store: FixtureStore): Promise<Reply> {
  const [from, to] = [isoIn(query, 'from'), isoIn(query, 'to')]
  if (from === null || to === null) {
    return problem(400, 'Unknown time', `${from === null ? 'from' : 'to'} takes a date and time, as in 2026-05-01T18:00:00Z`)
  }
  const span = { from, to, topic: query.get('topic') ?? undefined }
  const { fixtures, nextFrom } = await page(span, store)
  const sorted = fixtures.toSorted((a, b) => a.startsAtMs - b.startsAtMs || (a.id < b.id ? -1 : 1))
  const answer: FixturesAnswer = {
    fixtures: sorted,
    next: nextFrom === undefined ? null : addressOf({ ...span, from: nextFrom }),
  }
  const tagged = [...sorted.map(({ id, updatedAtMs }) => `${id} ${updatedAtMs}`), answer.next].join('\n')
  return json(answer, { schema: schemaId('fixtures-answer'), tagged, ifNoneMatch })
}

/** `GET /api/fixtures/{id}` */
export async function getFixture({ params, ifNoneMatch }: ApiRequest, store: FixtureStore): Promise<Reply> {
  const id = params['id'] ?? ''
  const fixture = /^[^/\\?#]{1,200}$/.test(id) ? await store.fixture(id) : undefined
  if (fixture === undefined) return problem(404, 'No such fixture', 'GET /api/fixtures lists all')
  return json(fixture, { schema: schemaId('fixture-document'), tagged: `${id} ${fixture.updatedAtMs}`, ifNoneMatch })
}

async function page(span: FixtureSpan, store: FixtureStore): Promise<{ fixtures: FixtureDocument[]; nextFrom?: string }> {
  const { fixtures, full } = await store.between(span, pageSize + 1)
  const last = fixtures.at(-1)
  if (!full || last === undefined) return { fixtures }
  const whole = fixtures.filter(({ startsAtMs }) => startsAtMs < last.startsAtMs)
  if (whole.length > 0) return { fixtures: whole, nextFrom: last.startsAt }
  // All of them start at one instant: that instant is the page, however large.
  const nextFrom = new Date(last.startsAtMs + 1).toISOString()
  const all = await store.between({ ...span, from: last.startsAt, to: nextFrom }, mostAtOnce)
  return { fixtures: all.fixtures, nextFrom }
}

/** Null where it cannot be read. */
function isoIn(query: URLSearchParams, name: string): string | null | undefined {
  const named = query.get(name)
  if (named === null || named === '') return undefined
  const atMs = readInstant(named)
  return atMs === undefined ? null : new Date(atMs).toISOString()
}

function addressOf(span: FixtureSpan): string {
  const query = Object.entries(span).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  )
  return `/api/fixtures?${query.join('&')}`
}
