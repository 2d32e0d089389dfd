import { hash } from 'node:crypto'

import type { Answer } from './shape.ts'

export const json = (body: Buffer | object, headers: Answer['headers'] = {}, status = 200): Answer => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  body: Buffer.isBuffer(body) ? body : JSON.stringify(body),
})

export const text = (status: number, why: string): Answer => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body: `${why}\n`,
})

/** With the validators that a careful server sends, and "not modified" for whoever has it already. */
export function conditional(body: Buffer, tags: string | undefined): Answer {
  const etag = `"${hash('sha256', body).slice(0, 32)}"`
  const answer = json(body, { etag, 'cache-control': 'no-cache' })
  return namesTag(tags, etag) ? { ...answer, status: 304, body: undefined } : answer
}

/** If-None-Match: `*`, or a list of tags, each of which may be marked weak. */
function namesTag(header: string | undefined, etag: string): boolean {
  const tags = new Set((header ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, '')))
  return tags.has(etag) || tags.has('*')
}
