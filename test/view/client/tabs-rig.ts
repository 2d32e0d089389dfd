import type { Channel } from '../../../functions/view/client/shared-stream.ts'
import { SharedStream } from '../../../functions/view/client/shared-stream.ts'
import { BrowserRig, turn } from '../page/browser-rig.ts'
import { OddsWorld, startMs } from './odds-world.ts'

type Said = Parameters<Channel['postMessage']>[0]

/**
 * A tab: its session and store, its link to the service, its inbox. One that sleeps does nothing: what comes for it waits, the lock that
 * it holds it keeps.
 */
export class Tab {
  readonly rig: BrowserRig
  readonly inbox: Said[] = []
  fate: 'awake' | 'asleep' | 'gone' = 'awake'
  /** Callbacks that its event loop has not come to. */
  readonly waiting: (() => void)[] = []
  hear: ((event: { data: unknown }) => void) | undefined

  constructor(tabs: Tabs, name: string, chance: number) {
    this.rig = new BrowserRig(
      tabs.world,
      (openOwn, nowMs) => {
        let streams = 0
        const newId = () => `${name}${++streams}`
        const ports = { name: 'board', locks: tabs.locksOf(this), openChannel: () => tabs.channelOf(this), openOwn, newId, nowMs }
        return (groups, listener) => new SharedStream(ports, groups, listener)
      },
      chance,
    )
  }

  run(act: () => void) {
    if (this.fate === 'awake') act()
    else if (this.fate === 'asleep') this.waiting.push(act)
  }

  hearNext() {
    const said = this.fate === 'awake' ? this.inbox.shift() : undefined
    if (said !== undefined) this.hear?.({ data: structuredClone(said) })
  }
}

type Request = { tab: Tab; grant: () => void; refuse: () => void }

/** Tabs of one browser: one lock, one channel, and one service and server that all of them look at. */
export class Tabs {
  readonly world = new OddsWorld()
  readonly all: Tab[] = []
  #held: Request | undefined
  #queue: Request[] = []

  open(): Tab {
    const tab = new Tab(this, `tab${this.all.length}.`, 0.2 + 0.15 * (this.all.length % 5))
    this.all.push(tab)
    tab.rig.nowMs = this.all[0]?.rig.nowMs ?? startMs
    tab.rig.session.take({ type: 'start' })
    return tab
  }

  get here(): Tab[] {
    return this.all.filter(({ fate }) => fate !== 'gone')
  }

  close(tab: Tab) {
    tab.run(() => tab.rig.session.take({ type: 'stop' }))
    this.crash(tab)
  }

  /** Without a word. The browser gives its lock to the next. */
  crash(tab: Tab) {
    tab.fate = 'gone'
    tab.rig.lose()
    this.#queue = this.#queue.filter((request) => request.tab !== tab)
    if (this.#held?.tab === tab) this.#release(this.#held)
  }

  wake(tab: Tab) {
    if (tab.fate !== 'asleep') return
    tab.fate = 'awake'
    for (const act of tab.waiting.splice(0)) act()
  }

  /** All tabs are well, and so is the network: what was sent arrives, what was asked is answered, and time goes by. */
  async settle(): Promise<void> {
    for (const tab of this.all) this.wake(tab)
    for (let i = 0; i < 300; i++) {
      do {
        for (const { rig } of this.here) {
          while (rig.requests.length > 0) await rig.answer(0)
          rig.join()
          rig.recover()
          while (rig.link === 'up' && rig.messages.length > 0) rig.deliver(0)
        }
        for (const tab of this.here) while (tab.inbox.length > 0) tab.hearNext()
        await turn()
      } while (this.here.some(({ rig, inbox }) => rig.requests.length + inbox.length > 0 || rig.link === 'opening'))
      if (this.here.every(({ rig }) => rig.state === 'live')) return
      for (const { rig } of this.here) rig.advance(1_000)
    }
    throw new Error(`not live after 300 s: ${this.here.map(({ rig }) => `${rig.state}, link ${rig.link}`).join('; ')}`)
  }

  channelOf(tab: Tab): Channel {
    let open = true
    return {
      addEventListener: (_type, hear) => {
        tab.hear = hear
      },
      postMessage: (said) => {
        if (open)
          for (const other of this.here) if (other !== tab && other.hear !== undefined) other.inbox.push(structuredClone(said))
      },
      close: () => {
        open = false
        tab.hear = undefined
        tab.inbox.length = 0
      },
    }
  }

  locksOf(tab: Tab): Pick<LockManager, 'request'> {
    const request = (_name: string, how: LockOptions, held: () => Promise<void> | undefined) =>
      new Promise<void>((resolve, reject) => {
        const aborted = () => reject(new DOMException('taken, or no longer waited for', 'AbortError'))
        const mine: Request = {
          tab,
          grant: () => {
            this.#held = mine
            tab.run(() => void Promise.resolve(held()).then(() => (this.#release(mine), resolve())))
          },
          refuse: () => tab.run(aborted),
        }
        if (how.steal === true) {
          const before = this.#held
          this.#held = undefined
          before?.refuse()
          mine.grant()
          return
        }
        how.signal?.addEventListener('abort', () => {
          if (!this.#queue.includes(mine)) return
          this.#queue = this.#queue.filter((other) => other !== mine)
          aborted()
        })
        this.#queue.push(mine)
        this.#grantNext()
      })
    return { request } as unknown as Pick<LockManager, 'request'>
  }

  #release(request: Request) {
    if (this.#held !== request) return
    this.#held = undefined
    this.#grantNext()
  }

  #grantNext() {
    if (this.#held === undefined) this.#queue.shift()?.grant()
  }
}
