/** Connects as the app does, takes one step if there is anybody to tell, and writes the packages of OpenTelemetry that were loaded. */
import { registerHooks } from 'node:module'

const loaded = new Set<string>()
registerHooks({
  resolve(specifier, context, next) {
    if (specifier.startsWith('@opentelemetry/')) loaded.add(specifier)
    return next(specifier, context)
  },
})

const { connections } = await import('../../functions/connect/connections.ts')
const { readSettings } = await import('../../functions/settings.ts')
const services = { EVENT_HUBS: 'a', COSMOS: 'b', WEB_PUBSUB: 'c' }
const { telemetry } = connections(readSettings({ ...services, ...process.env }, {}))
await telemetry?.step({ name: 'one', kind: 'internal' }, async () => undefined)
process.stdout.write([...loaded].join('\n'), () => process.exit(0))
