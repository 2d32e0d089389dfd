import { begunAtMs } from './begun.ts'

import { apiDocuments } from 'api:documents'
import { pageFiles } from 'page:files'

import { app } from '@azure/functions'

import { polledFeeds } from './collect/feeds.ts'
import { registerFixtures } from './collect/fixtures/function.ts'
import { registerCollect } from './collect/function.ts'
import { registerPush } from './collect/push/function.ts'
import { streamedFeeds } from './collect/streams.ts'
import { connections } from './connect/connections.ts'
import { registerDedupe } from './dedupe/function.ts'
import { registerDetect } from './detect/function.ts'
import { registerFanout } from './fanout/function.ts'
import { readSettings } from './settings.ts'
import { registerClients } from './view/clients/function.ts'
import { registerView } from './view/function.ts'

/** The one entry that Azure loads: settings are read, then every stage registers its functions, in the order the data moves. */
// Without this the host drops empty entries from its arrays, and no number can be matched with its event any more.
app.setup({ capabilities: { IncludeEmptyEntriesInMessagePayload: true } })

const settings = readSettings(process.env, { ...polledFeeds, ...streamedFeeds })
const services = connections(settings)

registerCollect(settings, services)
registerPush(services)
registerFixtures(services)
registerDedupe(settings, services)
registerDetect(settings, services)
registerFanout(services)
registerClients(settings, services)
registerView(settings, services, pageFiles, apiDocuments)

const loadedAtMs = performance.now()
// Once a worker, for whoever counts them, and cold starts.
const started = app.hook.preInvocation(({ invocationContext }) => {
  started.dispose()
  const facts = { loadMs: Math.round(loadedAtMs - begunAtMs), waitedMs: Math.round(performance.now() - loadedAtMs) }
  invocationContext.log('worker started', JSON.stringify(facts))
})
app.hook.appTerminate(() => services.telemetry?.close())
