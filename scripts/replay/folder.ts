import path from 'node:path'

const root = path.resolve(import.meta.dirname, '../..')

/** Where recordings are: outside, because their venues' terms forbid passing them on. */
export const recordingsFolder = (env: Readonly<Record<string, string | undefined>>): string =>
  path.resolve(root, env['ODDS_RECORDINGS'] ?? '../shared/recordings')
