import { parseArgs } from 'node:util'

import { startWebPubSub } from './server.ts'

// `--data-dir` is taken because every local server is started alike; this one keeps nothing on disk.
const { values } = parseArgs({
  options: { port: { type: 'string', default: '0' }, 'data-dir': { type: 'string' }, upstream: { type: 'string' } },
})
const { upstream } = values

const print = (event: string, fields: object = {}): void => console.log(`web-pubsub: ${event} ${JSON.stringify(fields)}`)
const server = await startWebPubSub({
  port: Number(values.port),
  log: print,
  ...(upstream === undefined ? {} : { upstream: { urlTemplate: upstream } }),
})
const { port, connectionString } = server
print('listening', { port, connectionString })
process.send?.({ ready: true, port, connectionString })

let leaving = false
const leave = (): void => {
  if (leaving) return
  leaving = true
  server.close().then(
    () => process.exit(0),
    (error: unknown) => {
      console.error(error)
      process.exit(1)
    },
  )
}
process.once('SIGTERM', leave)
process.once('SIGINT', leave)
process.once('disconnect', leave)
