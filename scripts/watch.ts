import { parseArgs } from 'node:util'

import { WebPubSubClient } from '@azure/web-pubsub-client'

import { feedsGroup, type MarketId, marketGroup, topicGroup, topicOf } from '../functions/book/ids.ts'
import { isOfUnknownKind, parseBoardMessage } from '../functions/book/wire.ts'
import { topicNames } from '../infra/names.ts'
import { linesOf } from './watch/lines.ts'

const help = `Prints odds as they change, one line a tick, through the official Web PubSub client.

  npm run watch -- [options]

  --url <address>    the board's address (default http://localhost:7071)
  --topic <name>     one topic only (default: all; they are ${topicNames.join(', ')})
  --market <id>      one market only, as in predictit:7053; needs --topic
  --json             the messages as they come
  --help             this text
`

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      url: { type: 'string', default: 'http://localhost:7071' },
      topic: { type: 'string' },
      market: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return console.log(help)
  const groups = groupsFor(values.topic, values.market)
  const client = new WebPubSubClient({ getClientAccessUrl: () => negotiate(values.url) })
  client.on('connected', () => console.log(`Connected; watching ${groups.join(', ')}`))
  client.on('disconnected', () => console.log('Disconnected; trying again'))
  client.on('group-message', ({ message }) => {
    if (values.json) return console.log(JSON.stringify(message.data))
    if (isOfUnknownKind(message.data)) return
    const parsed = parseBoardMessage(message.data)
    if (parsed.ok) for (const line of linesOf(parsed.value)) console.log(line)
    else console.log(`Unreadable message: ${parsed.reason}`)
  })
  await client.start()
  for (const group of groups) await client.joinGroup(group)
}

function groupsFor(topic: string | undefined, market: string | undefined): string[] {
  if (topic === undefined && market !== undefined) throw new Error('--market needs --topic')
  if (topic !== undefined && !topicNames.some((name) => name === topic)) {
    throw new Error(`--topic takes ${topicNames.join(' or ')}, not "${topic}"`)
  }
  if (topic !== undefined && market !== undefined) return [marketGroup(topicOf(topic), market as MarketId)]
  const topics = topic === undefined ? topicNames : [topic]
  return [...topics.map((name) => topicGroup(topicOf(name))), feedsGroup]
}

async function negotiate(board: string): Promise<string> {
  const response = await fetch(new URL('/api/negotiate', board), { method: 'POST', signal: AbortSignal.timeout(10_000) }).catch(
    (cause: unknown) => {
      throw new Error(`There is no board at ${board}. Start one with npm start, or say where it is with --url`, { cause })
    },
  )
  if (!response.ok) throw new Error(`${board} answers ${response.status} to negotiate; is that the board's address?`)
  const { url } = (await response.json()) as { url: string }
  return url
}

main().catch((error: unknown) => {
  const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : ''
  console.error(`${error instanceof Error ? error.message : String(error)}${cause}`)
  process.exit(1)
})
