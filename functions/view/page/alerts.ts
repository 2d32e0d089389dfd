import { batch, signal } from '@preact/signals'

import type { Alert } from '../../book/alert.ts'

/** More than a reader goes back through; the server keeps the others (I9). */
const maxAlerts = 100
/** Alerts come in bursts. What is said aloud is said at most this often, in one sentence for all of them. */
const speakEveryMs = 20_000

/** The alerts that this page knows of, and which of them its reader has not looked at yet. */
export class Alerts {
  /** The newest first. */
  readonly all = signal<readonly Alert[]>([])
  readonly unseen = signal<ReadonlySet<string>>(new Set())
  readonly open = signal(false)
  /** For those who hear the page. */
  readonly spoken = signal('')

  #unspoken: Alert[] = []
  #spokeAtMs = -Infinity
  #caughtUp = false

  /** Alerts as they are raised. */
  hear(alerts: readonly Alert[]) {
    this.#add(alerts, true)
  }

  /** Alerts as the server keeps them. What was there before the page was is no news; what was raised while it was cut off is. */
  catchUp(alerts: readonly Alert[]) {
    this.#add(alerts, this.#caughtUp)
    this.#caughtUp = true
  }

  show(open: boolean) {
    batch(() => {
      this.open.value = open
      this.unseen.value = new Set()
    })
  }

  /** Once a second. */
  speak(nowMs: number) {
    const [latest] = this.#unspoken.toSorted(byTime)
    if (latest === undefined || nowMs - this.#spokeAtMs < speakEveryMs) return
    const many = this.#unspoken.length
    const headline = `${latest.marketName}: ${latest.headline}`
    this.spoken.value = many === 1 ? `New alert. ${headline}` : `${many} new alerts, the latest: ${headline}`
    this.#spokeAtMs = nowMs
    this.#unspoken = []
  }

  #add(alerts: readonly Alert[], news: boolean) {
    const known = new Set(this.all.peek().map(({ id }) => id))
    const told = new Map(alerts.map((alert) => [alert.id, alert]))
    const kept = this.all.peek().filter(({ id }) => !told.has(id))
    const all = [...told.values(), ...kept].sort(byTime).slice(0, maxAlerts)
    const fresh = news ? all.filter(({ id }) => told.has(id) && !known.has(id)) : []
    this.#unspoken = [...this.#unspoken, ...fresh].slice(-maxAlerts)
    batch(() => {
      this.all.value = all
      if (this.open.peek()) return
      const ids = new Set(all.map(({ id }) => id))
      this.unseen.value = new Set([...this.unseen.peek(), ...fresh.map(({ id }) => id)].filter((id) => ids.has(id)))
    })
  }
}

const byTime = (a: Alert, b: Alert) => b.observedAtMs - a.observedAtMs
