import type { DatabaseSync } from 'node:sqlite'

import type { Schedule } from './schedule.ts'

/** What the monitor remembers of a timer, so that a run missed while the host was down is made up for once. */
export type TimerRecord = { lastMs: number | undefined; nextMs: number | undefined; updatedMs: number }

export type TimerRecords = { read(name: string): TimerRecord | undefined; write(name: string, record: TimerRecord): void }

export function openTimerRecords(database: DatabaseSync): TimerRecords {
  database.exec('create table if not exists timers (name text primary key, record text) strict, without rowid')
  const read = database.prepare('select record from timers where name = ?')
  const write = database.prepare('insert or replace into timers values (?, ?)')
  return {
    read(name) {
      const row = read.get(name) as { record: string } | undefined
      return row && (JSON.parse(row.record) as TimerRecord)
    },
    write: (name, record) => void write.run(name, JSON.stringify(record)),
  }
}

/** The record to go on from at start. A schedule that was edited meanwhile never counts as missed. */
export function recall(record: TimerRecord | undefined, schedule: Schedule, nowMs: number): TimerRecord {
  if (record === undefined) return { lastMs: undefined, nextMs: schedule.nextAfter(nowMs), updatedMs: nowMs }
  const expectedMs = schedule.nextAfter(record.lastMs ?? record.updatedMs)
  if (expectedMs === record.nextMs) return record
  const past = expectedMs !== undefined && nowMs > expectedMs
  return { lastMs: undefined, nextMs: past ? schedule.nextAfter(nowMs) : expectedMs, updatedMs: past ? nowMs : record.updatedMs }
}
