import type { SchemaName } from '../../functions/book/schema-ids.ts'
import type { Operation } from './open-api.ts'
import { refTo } from './schemas.ts'

/** What providers push: `functions/collect/` reads and answers it, and only its schemas are to be had here. */
export const pushedRoutes: readonly { route: string; method: 'PUT'; operation: Operation }[] = [
  {
    route: 'api/feeds/{feed}/odds',
    method: 'PUT',
    operation: {
      operationId: 'feedOddsPut',
      summary: 'Odds of one feed, pushed. Each market is taken or refused by itself; the same body twice does once what it does.',
      parameters: [
        {
          name: 'feed',
          in: 'path',
          required: true,
          description: 'Whose odds they are: small letters, digits and hyphens. None that the app reads itself.',
          schema: { type: 'string', pattern: '^[a-z][a-z0-9-]*$', maxLength: 64 },
          example: 'my-odds',
        },
      ],
      requestBody: bodyOf('odds-push'),
      responses: {
        202: { description: 'What could be taken was, and results tells of each market.', content: jsonOf('push-answer') },
        400: problemOf('Not JSON, not odds, or nothing in it could be taken.'),
        401: { description: 'The function key is missing or wrong.' },
        409: problemOf('The app reads this feed itself.'),
        413: problemOf('Too large, or too many markets.'),
        429: problemOf('The event hub is busy: send the same again after Retry-After.'),
        503: problemOf('The event hub does not answer: send the same again after Retry-After.'),
      },
      security: keyNeeded(),
    },
  },
  {
    route: 'api/fixtures/{id}',
    method: 'PUT',
    operation: {
      operationId: 'fixturePut',
      summary: 'A fixture, whole, which replaces the one before.',
      parameters: [
        {
          name: 'id',
          in: 'path',
          required: true,
          description: 'The fixture: 1 to 200 characters, none of them / \\ ? or #.',
          schema: { type: 'string', minLength: 1, maxLength: 200 },
          example: 'nba-2026-05-01-bos-nyk',
        },
      ],
      requestBody: bodyOf('fixture-push'),
      responses: {
        200: { description: 'The fixture, which replaced another.', content: jsonOf('fixture-document') },
        201: { description: 'The fixture, which is new.', content: jsonOf('fixture-document') },
        400: problemOf('Not JSON, or not a fixture.'),
        401: { description: 'The function key is missing or wrong.' },
        413: problemOf('Too large.'),
        503: problemOf('The store does not answer.'),
      },
      security: keyNeeded(),
    },
  },
]

function bodyOf(name: SchemaName) {
  return { required: true, content: jsonOf(name) }
}

function jsonOf(name: SchemaName) {
  return { 'application/json': { schema: refTo(name) } }
}

function problemOf(description: string) {
  return { description, content: { 'application/problem+json': { schema: refTo('problem') } } }
}

function keyNeeded() {
  return [{ functionKey: [] }, { functionKeyInQuery: [] }]
}
