import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'

/**
 * Real bodies of feeds, which stay outside the repository because their venues' terms forbid passing them on. Tests that need them
 * are skipped where the folder is absent.
 */
export function recordingsFolder(): string | undefined {
  const root = path.resolve(import.meta.dirname, '../..')
  const folder = path.resolve(root, process.env['ODDS_RECORDINGS'] ?? '../shared/recordings')
  return existsSync(folder) ? folder : undefined
}

/** In the order of their fetch times. Each text is read when it is asked for, and again each time: all of them are 68 MB. */
export async function predictItBodies(): Promise<{ fetchedAtMs: number; text: string }[]> {
  const folder = path.join(recordingsFolder() ?? '', 'predictit')
  return readdirSync(folder)
    .sort()
    .map((file) => ({
      fetchedAtMs: Date.parse(file.replace(/T(\d\d)-(\d\d)-(\d\d)Z.*/, 'T$1:$2:$3Z')),
      get text() {
        return gunzipSync(readFileSync(path.join(folder, file))).toString()
      },
    }))
}
