/**
 * The version of each message's JSON Schema: `schemas/<name>/<major>.<minor>.json`. What grows raises the minor number, and whoever reads
 * one minor version of a major reads them all; what changes meaning gets the next major. `schemas/README.md` says which is which.
 */
export const schemaVersions = {
  'snapshot-message': '1.1',
  'board-message': '1.0',
  'markets-answer': '1.2',
  'market-answer': '1.1',
  'market-delta': '1.0',
  'snapshot-required': '1.0',
  'seqs-answer': '1.1',
  'feeds-answer': '1.0',
  'alerts-answer': '1.1',
  'fixtures-answer': '1.0',
  'health-answer': '1.0',
  'history-answer': '1.0',
  'latest-answer': '1.0',
  'negotiate-answer': '1.0',
  'clients-answer': '1.0',
  'push-answer': '1.0',
  problem: '1.0',
  'book-document': '1.2',
  'tick-document': '1.2',
  'feed-document': '1.0',
  'counts-document': '1.0',
  'alert-document': '1.0',
  'fixture-document': '1.0',
  'odds-push': '1.0',
  'fixture-push': '1.0',
} as const

export type SchemaName = keyof typeof schemaVersions

/** The schema's `$id`, and what a message that keeps to it carries. A URN, since nothing need be fetched to know it. */
export const schemaId = (name: SchemaName) => `urn:oddscast:${name}:${schemaVersions[name]}`
