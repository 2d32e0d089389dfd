/** `node infra/local/cosmos/main.ts --port 8081 --data-dir .oddscast/cosmos` */
import { parseArgs } from 'node:util'
import { oddsLayout } from './layout.ts'
import { startCosmos } from './server.ts'

const { values } = parseArgs({ options: { port: { type: 'string', default: '8081' }, 'data-dir': { type: 'string' } } })
const dataDir = values['data-dir']
const port = Number(values.port)
if (dataDir === undefined || !Number.isInteger(port)) {
  console.error('usage: node infra/local/cosmos/main.ts --port <number, 0 for any> --data-dir <folder>')
  process.exit(2)
}

const log = (event: string, fields: object = {}) => console.log(`cosmos: ${event} ${JSON.stringify(fields)}`)
const server = await startCosmos({ port, dataDir, layout: oddsLayout, log })
console.log(`cosmos: listening on ${server.endpoint}`)
process.send?.({ ready: true, port: server.port, connectionString: server.connectionString })

let isClosing = false
const close = () => {
  if (isClosing) return
  isClosing = true
  server.close().then(
    () => process.exit(0),
    (error: unknown) => {
      console.error('cosmos: could not close cleanly', error)
      process.exit(1)
    },
  )
}
process.once('SIGTERM', close)
process.once('SIGINT', close)
process.once('disconnect', close)
