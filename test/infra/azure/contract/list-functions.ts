/** Loads an app as a worker does, and writes what it registered: `node list-functions.ts <main.cjs>`, with the app's settings as environment. */
import { createRequire } from 'node:module'

import { createCore } from '../../../../infra/local/functions-host/worker/core.ts'
import { supplyCore } from '../../../../infra/local/functions-host/worker/supply-core.ts'

const [, , bundle = ''] = process.argv
const core = createCore(() => undefined)
supplyCore(core.module)
createRequire(bundle)(bundle)
process.stdout.write(JSON.stringify([...core.functions.values()].map(({ metadata }) => metadata)), () => process.exit(0))
