/** Loads an app as a worker does, and writes how many milliseconds that took: `node load-once.ts <main.cjs>`, with the app's settings as environment. */
import { createRequire } from 'node:module'

import { createCore } from '../../infra/local/functions-host/worker/core.ts'
import { supplyCore } from '../../infra/local/functions-host/worker/supply-core.ts'

const [, , bundle = ''] = process.argv
const core = createCore(() => undefined)
supplyCore(core.module)
const load = createRequire(bundle)
const startedMs = performance.now()
load(bundle)
const tookMs = performance.now() - startedMs
if (core.functions.size === 0) throw new Error(`${bundle} registered no function`)
process.stdout.write(tookMs.toFixed(2), () => process.exit(0))
