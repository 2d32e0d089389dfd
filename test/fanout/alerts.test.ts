import { describe, expect, it } from 'vitest'

import { alertDocument } from '../../functions/book/documents.ts'
import { topicOf } from '../../functions/book/ids.ts'
import { type BoardMessage, parseBoardMessage } from '../../functions/book/wire.ts'
import { fanoutAlerts } from '../../functions/fanout/fanout.ts'
import { alertOf } from '../support/alerts.ts'

function recorder() {
  const sent: { group: string; message: BoardMessage }[] = []
  return { sent, send: async (group: string, message: BoardMessage) => void sent.push({ group, message }) }
}
const nowMs = () => 3_000

describe('fanout of alerts', () => {
  it('sends one frame to each topic, that any browser can read', async () => {
    const to = recorder()
    const [politics, sports] = [alertOf('a'), alertOf('b', { topic: topicOf('sports') })]
    const stored = [politics, sports].map((alert) => ({ ...alertDocument(alert), _rid: 'x', _etag: '"y"', _ts: 1, _lsn: 5 }))
    expect(await fanoutAlerts(stored, to, nowMs)).toEqual({ alerts: 2, unreadable: [] })
    expect(to.sent).toMatchObject([
      { group: 'odds.politics', message: { v: 1, kind: 'alert', topic: 'politics', sentAtMs: 3_000, alerts: [politics] } },
      { group: 'odds.sports', message: { alerts: [sports] } },
    ])
    for (const { message } of to.sent) expect(parseBoardMessage(structuredClone(message)).ok).toBe(true)
  })

  it('passes over what it cannot read, and says so (I7)', async () => {
    const to = recorder()
    const report = await fanoutAlerts([{ id: 'broken', type: 'alert' }, null, alertDocument(alertOf('a'))], to, nowMs)
    expect([report.alerts, report.unreadable.length, to.sent.length]).toEqual([1, 2, 1])
  })

  it('cuts what Web PubSub would not take in one frame', async () => {
    const to = recorder()
    const [leg] = alertOf('a').evidence
    const wide = Array.from({ length: 40 }, (_, i) =>
      alertOf(`a${i}`, { evidence: leg === undefined ? [] : Array(200).fill(leg) }),
    )
    await fanoutAlerts(wide.map(alertDocument), to, nowMs)
    expect(to.sent.length).toBeGreaterThan(1)
    for (const { message } of to.sent) expect(JSON.stringify(message).length).toBeLessThan(1_000_000)
    expect(to.sent.flatMap(({ message }) => (message.kind === 'alert' ? message.alerts : []))).toHaveLength(40)
  })

  it('throws when a send fails, so that the page comes again', async () => {
    const send = async () => Promise.reject(new Error('429'))
    await expect(fanoutAlerts([alertDocument(alertOf('a'))], { send }, nowMs)).rejects.toThrow('429')
  })
})
