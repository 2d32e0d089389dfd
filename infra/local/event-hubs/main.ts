import { once } from 'node:events'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'

import { consumerGroups, topics } from '../../names.ts'
import { startEventHubs } from './server.ts'

/** The broker as a process of its own: `node infra/local/event-hubs/main.ts --port 5672 --data-dir .oddscast/event-hubs` */
const { values } = parseArgs({ options: { port: { type: 'string' }, 'data-dir': { type: 'string' } } })
const port = Number(values.port)
const dataDir = values['data-dir']
if (!Number.isInteger(port) || port < 0 || port > 65_535 || !dataDir) {
  console.error('usage: node infra/local/event-hubs/main.ts --port <0 to 65535, 0 picks a free one> --data-dir <folder>')
  process.exit(2)
}

// Before anybody can know that it runs, so that nobody can stop it too early. The end of the IPC channel is the parent's end.
const stopped = Promise.race(['SIGTERM', 'SIGINT', 'disconnect'].map((reason) => once(process, reason)))

const groups = Object.values(consumerGroups)
const hubs = Object.fromEntries(Object.values(topics).map(({ hub, partitions }) => [hub, { partitions, consumerGroups: groups }]))
const server = await startEventHubs({
  port,
  dataDir: resolve(dataDir),
  hubs,
  log: (event, fields) => console.error(event, fields ?? ''),
})

console.log(`event hubs ${Object.keys(hubs).join(', ')} on localhost:${server.port}`)
process.send?.({ ready: true, port: server.port, connectionString: server.connectionString })

await stopped
await server.close()
process.exit(0)
