import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import type { Settings } from './settings.ts'

/** The one key of the local host, for functions of level `function` and `admin`: set, or made once and kept beside the state. */
export function localKey(dataDir: string, settings: Settings): string {
  const given = settings.FUNCTIONS_LOCAL_KEY
  if (given !== undefined && given !== '') return given
  const file = path.join(dataDir, 'functions-key')
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600 })
  return readFileSync(file, 'utf8').trim()
}
