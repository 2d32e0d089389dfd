import { gzipSync } from 'node:zlib'

import { describe, expect, it } from 'vitest'

import type { Poll, Validators } from '../../functions/collect/feed.ts'
import { predictItFeed } from '../../functions/collect/predictit/feed.ts'
import { predictItBody } from '../support/predictit.ts'
import { webServer } from '../support/web-server.ts'

const body = JSON.stringify(predictItBody())
const observedAtMs = Date.UTC(2031, 6, 11, 17, 14, 3)

type Asking = { validators?: Validators; deadlineMs?: number; maxBodyBytes?: number; signal?: AbortSignal }

function poll(url: string, { validators, signal, deadlineMs = 5_000, maxBodyBytes = 100_000 }: Asking = {}): Promise<Poll> {
  const feed = predictItFeed({ url, everyMs: 30_000, limits: { deadlineMs, maxBodyBytes } })
  return feed.poll({ observedAtMs, validators: validators ?? null, signal: signal ?? new AbortController().signal })
}

async function failure(polling: Promise<Poll>): Promise<Extract<Poll, { kind: 'failed' }>> {
  const answer = await polling
  if (answer.kind !== 'failed') throw new Error(`expected a failure, got ${answer.kind}`)
  return answer
}

describe('the PredictIt feed', () => {
  it('reads a body, and says who asks', async () => {
    await using server = await webServer((_, response) => response.end(body))
    const answer = await poll(server.url)
    expect(answer).toMatchObject({ kind: 'complete', rejected: [], validators: null })
    expect(server.requests[0]?.headers['user-agent']).toMatch(/^oddscast/)
  })

  it('reads a compressed body', async () => {
    await using server = await webServer((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(body))
    })
    expect(await poll(server.url)).toMatchObject({ kind: 'complete' })
  })

  it('asks for a body only if it is a new one, when the server has said how', async () => {
    await using server = await webServer(({ headers }, response) => {
      if (headers['if-none-match'] === 'W/"7"' && headers['if-modified-since'] === 'Fri, 11 Jul 2031 17:13:32 GMT') {
        response.writeHead(304).end()
        return
      }
      response.writeHead(200, { etag: 'W/"7"', 'last-modified': 'Fri, 11 Jul 2031 17:13:32 GMT' }).end(body)
    })
    const first = await poll(server.url)
    if (first.kind !== 'complete' || first.validators === null) throw new Error('expected validators')
    expect(await poll(server.url, { validators: first.validators })).toEqual({ kind: 'unchanged' })
  })

  it('takes "not modified" for a failure when it asked for a body whatever it is', async () => {
    await using server = await webServer((_, response) => response.writeHead(304).end())
    expect((await failure(poll(server.url))).reason).toContain('answered 304')
  })

  it('follows a redirect, and gives up on a circle of them', async () => {
    await using server = await webServer(({ url }, response) => {
      if (url === '/new') response.end(body)
      else response.writeHead(302, { location: url === '/old' ? '/new' : '/circle' }).end('moved')
    })
    expect(await poll(`${server.url}/old`)).toMatchObject({ kind: 'complete' })
    const { reason } = await failure(poll(`${server.url}/circle`))
    expect(reason).toBe(`${server.url}/circle redirects again after 3 redirects`)
    expect(server.requests).toHaveLength(2 + 4)
  })

  it('tells a web page from a body, in words for a person', async () => {
    await using server = await webServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>\n  <h1>Down for maintenance</h1>')
    })
    expect((await failure(poll(server.url))).reason).toBe(
      `${server.url}/ answered 200, text/html: "<html> <h1>Down for maintenance</h1>", which is no JSON`,
    )
  })

  it('takes half a body for none', async () => {
    await using server = await webServer((_, response) => response.end(body.slice(0, -20)))
    expect((await failure(poll(server.url))).reason).toContain('which is no JSON')
  })

  it('takes a connection lost halfway for a failure', async () => {
    await using server = await webServer((_, response) => {
      response.writeHead(200, { 'content-length': body.length })
      response.write(body.slice(0, 50), () => response.destroy())
    })
    expect((await failure(poll(server.url))).reason).toMatch(/could not be read: .+/)
  })

  it('stops reading a body that is too large, before and after decompression', async () => {
    await using server = await webServer(({ url }, response) => {
      const large = `{"markets":[],"filler":"${'x'.repeat(200_000)}"}`
      if (url === '/plain') response.end(large)
      else response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(large))
    })
    for (const path of ['/plain', '/gzip']) {
      expect((await failure(poll(server.url + path))).reason).toBe(`${server.url}${path} sent more than 100000 bytes`)
    }
  })

  it('does not wait for ever, neither for an answer nor for the rest of one', async () => {
    await using server = await webServer(({ url }, response) => {
      if (url === '/halfway') response.writeHead(200).write(body.slice(0, 50))
    })
    for (const path of ['/never', '/halfway']) {
      const { reason } = await failure(poll(server.url + path, { deadlineMs: 40 }))
      expect(reason).toBe(`${server.url}${path} gave no whole answer within 0.04 s`)
    }
  })

  it('stops when it is told to', async () => {
    const stop = new AbortController()
    await using server = await webServer(() => stop.abort())
    expect((await failure(poll(server.url, { signal: stop.signal }))).reason).toBe('stopped while asking')
  })

  it('reports a server that nobody runs', async () => {
    const server = await webServer(() => {})
    await server[Symbol.asyncDispose]()
    expect((await failure(poll(server.url))).reason).toMatch(/could not be read: .*ECONNREFUSED/)
  })

  it.each([
    ['30', 30_000],
    ['Fri, 11 Jul 2031 17:16:00 GMT', 120_000],
    ['Fri, 11 Jul 2031 17:10:00 GMT', 0],
    ['soon', null],
    [undefined, null],
  ])('passes on the wish to be left alone: Retry-After %s', async (wish, retryAfterMs) => {
    await using server = await webServer((_, response) => {
      const headers = { date: 'Fri, 11 Jul 2031 17:14:00 GMT', ...(wish === undefined ? {} : { 'retry-after': wish }) }
      response.writeHead(429, headers).end('Too many requests')
    })
    const answer = await failure(poll(server.url))
    expect(answer.retryAfterMs).toBe(retryAfterMs)
    expect(answer.reason).toBe(`${server.url}/ answered 429, no content type: "Too many requests"`)
  })

  it.each([500, 502, 503, 403, 404, 204])('takes an answer of %i for a failure', async (status) => {
    await using server = await webServer((_, response) => response.writeHead(status).end())
    expect((await failure(poll(server.url))).reason).toContain(`answered ${status}`)
  })

  it('never repeats a key that is in its address, not even when an error page does', async () => {
    await using server = await webServer(({ url }, response) =>
      response.writeHead(401).end(`No access for ${url} with s3cret key`),
    )
    const { reason } = await failure(poll(`${server.url}/odds?key=s3cret%20key`))
    expect(reason).toContain(`${server.url}/odds answered 401`)
    expect(reason).not.toMatch(/s3cret/)
    const refused = await failure(poll('http://user:s3cret@127.0.0.1:9/odds?key=s3cret'))
    const malformed = await failure(poll('s3cret'))
    expect(refused.reason + malformed.reason).not.toMatch(/s3cret/)
  })
})
