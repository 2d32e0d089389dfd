import * as v from '@badrap/valita'

import { fixtureFields } from '../../functions/book/fixtures.ts'
import { oneOf } from '../../functions/book/scalars.ts'
import { goneMessage, marketMessage } from '../../functions/book/wire.ts'
import { topicNames } from '../../infra/names.ts'
import { type JsonSchema, jsonSchema } from './json-schema.ts'
import { describe } from './words.ts'

/**
 * What providers push is our own message, and less of it: what `functions/collect/push/own.ts` puts in may be left out, and an id needs
 * neither its feed's name nor quotes. So the schema is that of the message, but for these fields.
 */
export function pushedOdds(): JsonSchema {
  const message: JsonSchema[] = [pushedMarket(), pushedGone()]
  const list: JsonSchema = { type: 'array', items: { anyOf: message } }
  const wrapped: JsonSchema = { type: 'object', properties: { markets: list }, required: ['markets'] }
  return { anyOf: [...message, list, wrapped] }
}

function pushedMarket(): JsonSchema {
  const message = jsonSchema(marketMessage, 'read', 'message', describe)
  const { market = {}, selections = {}, complete = {}, unchangedUntilMs } = message.properties ?? {}
  const { items: selection = {} } = selections
  return having(message, [...putIn, 'complete'], {
    ...common(message),
    unchangedUntilMs: upToNow(unchangedUntilMs),
    complete: { ...complete, default: false },
    market: having(market, ['status'], { ...links, status: { ...market.properties?.['status'], default: 'open' } }),
    selections: { ...selections, items: having(selection, [], { id: ownId, image: links.image }) },
  })
}

function pushedGone(): JsonSchema {
  const message = jsonSchema(goneMessage, 'read', 'message', describe)
  return having(message, putIn, common(message))
}

const putIn = ['v', 'feed', 'asOfMs', 'observedAtMs']

const common = ({ properties: { v: version, asOfMs, observedAtMs } = {} }: JsonSchema): Record<string, JsonSchema> => ({
  v: { ...version, default: 1 },
  marketId: ownId,
  topic: { type: 'string', enum: topicNames },
  asOfMs: { ...asOfMs, type: ['integer', 'null'], default: null },
  observedAtMs: { ...upToNow(observedAtMs), type: ['integer', 'null'], default: null },
})

/** A later one is taken for now. */
function upToNow({ maximum: _latest, ...instantMs }: JsonSchema = {}): JsonSchema {
  return instantMs
}

/** A whole number is the id as text. */
const ownId: JsonSchema = {
  type: ['string', 'integer'],
  minLength: 1,
  maxLength: 256,
  pattern: '^[^\\n\\r]*$',
  minimum: Number.MIN_SAFE_INTEGER,
  maximum: Number.MAX_SAFE_INTEGER,
}

/** What is no address of the web's becomes null. */
const links = { url: {}, image: {} }

/** As `PUT /api/fixtures/{id}` takes it. Of `startsAt` and `startsAtMs` one must be there. */
export function pushedFixture(): JsonSchema {
  const topic = oneOf(topicNames).optional(() => 'sports' as const)
  const id = v.string().optional()
  const fixture = jsonSchema(v.object({ id, topic, ...fixtureFields }), 'read', 'fixtures', describe)
  const instant: JsonSchema = { type: ['string', 'number'] }
  return having(fixture, [], { startsAt: instant, startsAtMs: instant })
}

/** With other fields, which keep their words, and with `optional` ones that need not be there any more. */
function having(schema: JsonSchema, optional: readonly string[], fields: Readonly<Record<string, JsonSchema>>): JsonSchema {
  const { properties = {}, required = [] } = schema
  const { traceparent: _ours, ...taken } = properties
  const described = Object.entries(fields).map(([name, field]): [string, JsonSchema] => {
    const description = properties[name]?.description ?? describe('fixtures', name)
    return [name, { description, ...field }]
  })
  return {
    ...schema,
    properties: { ...taken, ...Object.fromEntries(described) },
    required: required.filter((name) => !optional.includes(name)),
  }
}
