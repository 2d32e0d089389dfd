import { once } from 'node:events'
import type { RequestListener } from 'node:http'

import { describe, expect, it } from 'vitest'
import { WebSocketServer } from 'ws'

import { smoke } from '../../../scripts/azure/smoke/smoke.ts'
import { webServer } from '../../support/web-server.ts'

const market = '/api/markets/smoke%3Amarket'

/** A system of which something does not work; the rest of it answers as it should. */
async function broken(answers: Record<string, RequestListener>, opened: 'joins' | 'refuses' = 'joins') {
  const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  sockets.on('connection', (socket) =>
    socket.on('message', () => socket.send(JSON.stringify({ type: 'ack', ackId: 1, success: opened === 'joins' }))),
  )
  await once(sockets, 'listening')
  const { port } = sockets.address() as { port: number }
  const usual: Record<string, RequestListener> = {
    [`GET ${market}`]: (_, response) =>
      void response.writeHead(404, { 'content-type': 'application/problem+json' }).end('{"title":"No such market"}'),
    'POST /api/negotiate': (_, response) =>
      void response.end(JSON.stringify({ url: `ws://127.0.0.1:${port}/?access_token=secret` })),
    'PUT /api/feeds/smoke/odds': (_, response) => void response.writeHead(202).end('{"accepted":1,"rejected":0}'),
  }
  const server = await webServer((request, response) => {
    const asked = `${request.method} ${request.url}`
    const answer = answers[asked] ?? usual[asked]
    if (answer) answer(request, response)
    else response.writeHead(500).end()
  })
  return {
    board: { url: new URL(server.url), key: 'the-key' },
    async [Symbol.asyncDispose]() {
      for (const client of sockets.clients) client.terminate()
      sockets.close()
      await server[Symbol.asyncDispose]()
    },
  }
}

const status =
  (code: number, body = ''): RequestListener =>
  (_, response) =>
    void response.writeHead(code).end(body)

describe('a smoke test that fails', () => {
  it('says that nothing was stored, where the push was taken and nothing came of it', async () => {
    await using system = await broken({})
    await expect(smoke(system.board, 200)).rejects.toThrow(
      'it did not get into the store (Event Hubs, dedupe, Cosmos DB) within 0.2 s',
    )
  })

  it('says that the key is wrong', async () => {
    await using system = await broken({ 'PUT /api/feeds/smoke/odds': status(401) })
    await expect(smoke(system.board, 1_000)).rejects.toThrow('does not take this key')
  })

  it('says that only those who are signed in are let in', async () => {
    await using system = await broken({ 'POST /api/negotiate': status(401) })
    await expect(smoke(system.board, 1_000)).rejects.toThrow('NEGOTIATE=authenticated')
  })

  it('says that the store does not answer', async () => {
    await using system = await broken({ [`GET ${market}`]: status(503) })
    await expect(smoke(system.board, 1_000)).rejects.toThrow(`${market} answers 503`)
  })

  it('tells a host without functions from an API without this market', async () => {
    await using system = await broken({ [`GET ${market}`]: status(404, '<html>') })
    await expect(smoke(system.board, 1_000)).rejects.toThrow('is the app there?')
  })

  it('says that the socket let nobody in, and never its address, which holds a token', async () => {
    await using system = await broken({}, 'refuses')
    const failed = smoke(system.board, 1_000)
    await expect(failed).rejects.toThrow(/^127\.0\.0\.1:\d+ does not let the client join/)
    await expect(failed).rejects.not.toThrow('secret')
  })

  it('says that nobody is there', async () => {
    const board = { url: new URL('http://127.0.0.1:9'), key: 'the-key' }
    await expect(smoke(board, 1_000)).rejects.toThrow('http://127.0.0.1:9 cannot be reached')
  })
})
