/** One transaction for the writes of one request, and the numbers they take. */
import type { Container } from './container.ts'
import { versionsPerLsn } from './document-table.ts'
import type { Moment } from './items.ts'
import type { Store } from './store.ts'

/** `atomic`: all writes carry one LSN, as a transactional batch does; `each`: every write its own. */
export type Numbering = 'atomic' | 'each'

export function write<T>(
  store: Store,
  container: Container,
  nowSeconds: number,
  numbering: Numbering,
  work: (moment: Moment) => { keep: boolean; result: T },
): T {
  const writeSeconds = Math.max(nowSeconds, container.lastWriteSeconds)
  let lsn = container.lsn
  let used = 0
  const moment: Moment = {
    nowSeconds,
    writeSeconds,
    nextVersion: () => {
      if (used === 0 || numbering === 'each') lsn += 1
      used += 1
      return lsn * versionsPerLsn + (numbering === 'each' ? 0 : used - 1)
    },
  }
  let isKept = false
  const result = store.transact(() => {
    const done = work(moment)
    isKept = done.keep && used > 0
    if (isKept) store.prepare('UPDATE containers SET lsn = ? WHERE number = ?').run(lsn, container.number)
    return { keep: isKept, result: done.result }
  })
  // Only what is committed may be seen: a change feed token past it would skip the next write.
  if (isKept) Object.assign(container, { lsn, lastWriteSeconds: writeSeconds })
  return result
}
