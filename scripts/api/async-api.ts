import { topicNames, webPubSubHub } from '../../infra/names.ts'
import type { JsonSchema } from '../schemas/json-schema.ts'
import { info } from './info.ts'
import { embedded } from './schemas.ts'

/** What the socket brings, as AsyncAPI 3.0. A channel is a group of Web PubSub. */
export function asyncApi() {
  const { anyOf: kinds = [], ...board } = embedded('board-message')
  return {
    asyncapi: '3.0.0',
    info: info(
      `What is pushed to browsers and to whoever else follows the board. POST /api/negotiate gives the address of a socket; speak the subprotocol json.reliable.webpubsub.azure.v1, or json.webpubsub.azure.v1, and join the groups that are the channels here. GET /api/feeds lists them. ${board.description}`,
    ),
    defaultContentType: 'application/json',
    servers: {
      webPubSub: {
        host: '{host}',
        pathname: `/client/hubs/${webPubSubHub}`,
        protocol: 'wss',
        description: 'Azure Web PubSub. The whole address, with a token that soon expires, comes from POST /api/negotiate.',
        variables: { host: { description: 'As negotiate says it.' } },
      },
    },
    channels: {
      topic: {
        address: 'odds.{topic}',
        title: 'All markets of a topic',
        description: 'Changes of all markets of a topic, and alerts of them.',
        parameters: { topic },
        messages: refsTo('delta', 'alert'),
      },
      market: {
        address: 'odds.{topic}.{market}',
        title: 'One market',
        description: 'Changes of one market.',
        parameters: {
          topic,
          market: {
            description: 'The market’s id, in which % is written %25 and a dot %2E.',
            examples: ['predictit:7053'],
          },
        },
        messages: refsTo('delta'),
      },
      feeds: {
        address: 'odds.feeds',
        title: 'The health of the feeds',
        description: 'How every feed is, after each of its polls: by it one tells a quiet market from a dead feed.',
        messages: refsTo('feeds'),
      },
    },
    operations: {
      sendTopic: sending('topic', 'delta', 'alert'),
      sendMarket: sending('market', 'delta'),
      sendFeeds: sending('feeds', 'feeds'),
    },
    components: {
      messages: Object.fromEntries(
        kinds.map((payload) => {
          const kind = kindOf(payload)
          return [kind, { name: kind, title: titles[kind] ?? kind, contentType: 'application/json', payload }]
        }),
      ),
    },
  }
}

const topic = { description: 'The topic.', enum: topicNames }

const titles: Readonly<Record<string, string>> = {
  delta: 'What changed, as ticks to apply on the books one holds',
  feeds: 'How the feeds are',
  alert: 'Something worth a look',
}

const kindOf = ({ properties }: JsonSchema) => String(properties?.['kind']?.const)

const refsTo = (...kinds: string[]) => Object.fromEntries(kinds.map((kind) => [kind, { $ref: `#/components/messages/${kind}` }]))

const sending = (channel: string, ...kinds: string[]) => ({
  action: 'send',
  channel: { $ref: `#/channels/${channel}` },
  messages: kinds.map((kind) => ({ $ref: `#/channels/${channel}/messages/${kind}` })),
})
