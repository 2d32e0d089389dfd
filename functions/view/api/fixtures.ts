import type { FixtureDocument } from '../../book/fixtures.ts'
import { schemaId } from '../../book/schema-ids.ts'
import { json, problem } from '../../http/reply.ts'
import { topicNames } from '../../../infra/names.ts'
import { endpoint } from './endpoint.ts'
import { fixtureId, instant, oneOf } from './kinds.ts'
import { optional, required } from './parameters.ts'
import type { FixtureSpan, FixtureStore } from './ports.ts'

/** `next` is the address of the rest, null when this is all. */
export type FixturesAnswer = { fixtures: FixtureDocument[]; next: string | null }

const pageSize = 500
/** More than ever start at one instant. */
const mostAtOnce = 10_000

/** Schedules are made days ahead: nobody minds one that is some seconds old. */
const scheduleCache = 'public, max-age=10, stale-while-revalidate=60'

export const getFixtures = endpoint({
  name: 'apiFixtures',
  method: 'GET',
  route: 'api/fixtures',
  tagged: true,
  says: 'The real-world happenings that are bet on, by their start.',
  query: {
    from: optional(instant, 'Those that start then or later.'),
    to: optional(instant, 'Those that start before.'),
    topic: optional(oneOf(topicNames), 'Those of this topic.'),
  },
  answers: { 200: { says: 'The fixtures.', schema: 'fixtures-answer' } },
  async answer({ query: { from, to, topic }, ifNoneMatch }, { fixtures: store }) {
    const span = { from: isoOf(from), to: isoOf(to), topic }
    const { fixtures, nextFrom } = await page(span, await store())
    const sorted = fixtures.toSorted((a, b) => a.startsAtMs - b.startsAtMs || (a.id < b.id ? -1 : 1))
    const answer: FixturesAnswer = {
      fixtures: sorted,
      next: nextFrom === undefined ? null : addressOf({ ...span, from: nextFrom }),
    }
    const tagged = [...sorted.map(({ id, updatedAtMs }) => `${id} ${updatedAtMs}`), answer.next].join('\n')
    return json(answer, { schema: schemaId('fixtures-answer'), cache: scheduleCache, tagged, ifNoneMatch })
  },
})

export const getFixture = endpoint({
  name: 'apiFixture',
  method: 'GET',
  route: 'api/fixtures/{id}',
  tagged: true,
  says: 'One fixture.',
  path: { id: required(fixtureId, 'The fixture.') },
  answers: { 200: { says: 'The fixture.', schema: 'fixture-document' } },
  async answer({ path: { id }, ifNoneMatch }, { fixtures }) {
    const fixture = await (await fixtures()).fixture(id)
    if (fixture === undefined) return problem(404, 'No such fixture', 'GET /api/fixtures lists all')
    const tagged = `${id} ${fixture.updatedAtMs}`
    return json(fixture, { schema: schemaId('fixture-document'), cache: scheduleCache, tagged, ifNoneMatch })
  },
})

/**
 * A page ends between two instants and never inside one, so that the next begins at an instant: the address of a page is good for ever,
 * whatever is added or moved meanwhile.
 */
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

const isoOf = (atMs: number | undefined) => (atMs === undefined ? undefined : new Date(atMs).toISOString())

function addressOf(span: FixtureSpan): string {
  const query = Object.entries(span).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  )
  return `/api/fixtures?${query.join('&')}`
}
