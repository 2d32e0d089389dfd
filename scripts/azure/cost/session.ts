import path from 'node:path'
import { gzipSync } from 'node:zlib'

import type { StoredBook } from '../../../functions/book/documents.ts'
import { plan } from '../../../functions/dedupe/plan.ts'
import { pricedBook } from '../../../functions/view/priced-book.ts'
import { queryCharge } from '../../../infra/local/cosmos/charge.ts'
import { buildPage } from '../../build.ts'
import type { Usage } from './usage.ts'
import { workload } from './workload.ts'

/** Beside the page's files: markets, feeds, alerts, negotiate. */
const apiRequests = 4

/** What a browser is sent before its socket brings anything, compressed as it is: the page, and all books. */
export async function sessionOf(root: string): Promise<Usage['session']> {
  const page = await buildPage(path.join(root, 'functions/view/page'))
  const nowMs = Date.UTC(2026, 0, 1)
  const books = workload(1)
    .all(nowMs)
    .flatMap((message): StoredBook[] => {
      const { book } = plan([{ message, at: undefined }], undefined, nowMs)
      return book === undefined ? [] : [book]
    })
  const answer = JSON.stringify({ readAtMs: nowMs, markets: books.map(pricedBook), next: null })
  const files = Object.values(page)
  return {
    requests: files.length + apiRequests,
    requestUnits: queryCharge(books.length, Buffer.byteLength(answer)),
    bytes: files.reduce((sum, { text }) => sum + gzipSync(text).length, 0) + gzipSync(answer).length,
  }
}
