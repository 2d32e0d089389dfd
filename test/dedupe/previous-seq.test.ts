import fc from 'fast-check'
import { expect, it } from 'vitest'

import { type StoredBook, type TickDocument, tickDocuments } from '../../functions/book/documents.ts'
import { plan } from '../../functions/dedupe/plan.ts'
import { messages } from '../support/arbitrary.ts'

it('each stored tick names the one before it of the same selection and bookmaker, across batches and writes', () => {
  fc.assert(
    fc.property(messages('m'), messages('m'), (first, second) => {
      let book: StoredBook | undefined
      const stored: TickDocument[] = []
      for (const batch of [first, second]) {
        const arrived = batch.map((message) => ({ message, at: undefined }))
        for (const write of plan(arrived, book, 5_000).writes) {
          stored.push(...tickDocuments(write.ticks, write.book, 60, book))
          book = write.book
        }
      }
      const named = stored.map(({ selectionId, bookmaker, seq }) => {
        const before = stored.findLast(
          (tick) => tick.seq < seq && tick.selectionId === selectionId && tick.bookmaker === bookmaker,
        )
        return before?.seq ?? null
      })
      expect(stored.map(({ previousSeq }) => previousSeq)).toEqual(named)
    }),
  )
})
