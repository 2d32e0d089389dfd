import type { Parsed } from '../../book/wire.ts'
import type { SocketListener, Stream } from './socket.ts'

/**
 * One socket for all tabs of a browser that follow the same. Whoever holds the Web Lock leads: it has the socket, and tells the others what
 * comes in over a BroadcastChannel. The others wait for the lock, so that when a tab is closed, or crashes, the next one leads at once.
 *
 * Each tab keeps a board of its own and proves it as ever: a new leader's socket is a new connection, so every tab hears first `dropped` and
 * then `joined`, compares its `seq` with the server's, and asks for what was sent in between. Nothing rests on the leader having told
 * all of it.
 *
 * A leader may hold the lock and be asleep: a phone stops tabs that are not looked at. It is asked for a sign of life, which also a tab whose timers are
 * held back gives at once; one that gives none has the lock taken from it.
 */
export type SharedPorts = {
  /** Of those who follow the same board. */
  name: string
  locks: Pick<LockManager, 'request'>
  openChannel(name: string): Channel
  openOwn(groups: Promise<Parsed<readonly string[]>>, listener: SocketListener): Stream
  newId(): string
  nowMs: () => number
}
/** As much of a BroadcastChannel as is needed. */
export type Channel = {
  postMessage(message: Said): void
  addEventListener(type: 'message', hear: (event: { data: unknown }) => void): void
  close(): void
}

/** The leader says the first three, followers the others. `here` answers them; what `happened` is what its listener hears. */
type Said =
  | { from: string; says: 'leading' }
  | { from: string; says: 'here'; joined: boolean }
  | { from: string; says: 'happened'; event: Happening }
  | { from: string; says: 'left' }
  | { from: string; says: 'hello' }
  | { from: string; says: 'probe' }
type Happening =
  | { type: 'joined' }
  | { type: 'recovered' }
  | { type: 'dropped' | 'missed'; reason: string }
  | { type: 'lost'; reason: string; retryAfterMs: number | undefined }
  | { type: 'received'; data: unknown }

/** `leader`: whose word counts, once it is known to be in its groups. `heard`: whether anybody is there to be told. */
type Role = { kind: 'waiting' } | { kind: 'following'; leader: string } | Leading | { kind: 'closed' }
type Leading = { kind: 'leading'; own: Stream; joined: boolean; heard: boolean; release: () => void }

const quietForMs = 5_000
const answerForMs = 4_000
/** Beats that come later than this were held back, and so may have been the leader's answers. */
const beatLateMs = 3_000
const takenOver = 'another tab takes over'

export class SharedStream implements Stream {
  readonly #ports: SharedPorts
  readonly #groups: Promise<Parsed<readonly string[]>>
  readonly #listener: SocketListener
  readonly #id: string
  readonly #ended = new AbortController()
  #role: Role = { kind: 'waiting' }
  #channel: Channel | undefined
  #lockName = ''
  #beatAtMs: number
  #heardAtMs: number
  #askedAtMs: number | undefined

  constructor(ports: SharedPorts, groups: Promise<Parsed<readonly string[]>>, listener: SocketListener) {
    this.#ports = ports
    this.#groups = groups
    this.#listener = listener
    this.#id = ports.newId()
    this.#beatAtMs = this.#heardAtMs = ports.nowMs()
    void this.#enter()
  }

  recover() {
    if (this.#role.kind === 'leading') this.#role.own.recover()
  }

  beat() {
    const nowMs = this.#ports.nowMs()
    const late = nowMs - this.#beatAtMs > beatLateMs
    this.#beatAtMs = nowMs
    if (this.#role.kind === 'leading') return this.#role.own.beat()
    if (this.#channel === undefined) return
    if (late) {
      this.#heardAtMs = nowMs
      this.#askedAtMs = undefined
    }
    if (this.#askedAtMs === undefined) {
      if (nowMs - this.#heardAtMs >= quietForMs) this.#ask('hello')
    } else if (nowMs - this.#askedAtMs >= answerForMs) {
      this.#askedAtMs = undefined
      this.#queue({ steal: true })
    }
  }

  probe() {
    if (this.#role.kind === 'leading') this.#role.own.probe()
    else this.#ask('probe')
  }

  close() {
    const role = this.#role
    this.#role = { kind: 'closed' }
    this.#ended.abort()
    if (role.kind === 'leading') {
      this.#say({ says: 'left' })
      role.own.close()
      role.release()
    }
    this.#channel?.close()
  }

  async #enter() {
    const groups = await this.#groups
    if (this.#role.kind === 'closed') return
    if (!groups.ok) return this.#listener.lost(groups.reason)
    this.#lockName = [this.#ports.name, ...groups.value].join(' ')
    this.#channel = this.#ports.openChannel(this.#lockName)
    this.#channel.addEventListener('message', ({ data }) => this.#hear(data as Said))
    this.#heardAtMs = this.#ports.nowMs()
    this.#ask('hello')
    this.#queue({ signal: this.#ended.signal })
  }

  /** A lock that is taken from us ends its request with an error; so does one that we no longer wait for. Where there are none, we do without. */
  #queue(how: LockOptions) {
    this.#ports.locks
      .request(this.#lockName, how, () => this.#lead())
      .catch((error: unknown) => {
        if (this.#role.kind === 'leading') this.#giveWay(this.#role)
        else if (!(error instanceof DOMException && error.name === 'AbortError')) void this.#lead()
      })
  }

  #lead(): Promise<void> | undefined {
    if (this.#role.kind === 'closed' || this.#role.kind === 'leading') return undefined
    const followed = this.#role.kind === 'following'
    const { promise, resolve } = Promise.withResolvers<void>()
    const own = this.#ports.openOwn(this.#groups, this.#told)
    this.#role = { kind: 'leading', own, joined: false, heard: false, release: resolve }
    this.#say({ says: 'leading' })
    if (followed) this.#listener.dropped(takenOver)
    return promise
  }

  #giveWay(role: Leading) {
    this.#role = { kind: 'waiting' }
    role.own.close()
    role.release()
    if (role.joined) this.#listener.dropped(takenOver)
    this.#ask('hello')
    this.#queue({ signal: this.#ended.signal })
  }

  /** What our own socket tells, for us and for those who follow. */
  readonly #told: SocketListener = {
    joined: () => this.#happens({ type: 'joined' }),
    recovered: () => this.#happens({ type: 'recovered' }),
    dropped: (reason) => this.#happens({ type: 'dropped', reason }),
    lost: (reason, retryAfterMs) => this.#happens({ type: 'lost', reason, retryAfterMs }),
    missed: (reason) => this.#happens({ type: 'missed', reason }),
    received: (data) => this.#happens({ type: 'received', data }),
  }

  #happens(event: Happening) {
    if (this.#role.kind !== 'leading') return
    if (event.type === 'joined' || event.type === 'recovered') this.#role.joined = true
    if (event.type === 'dropped') this.#role.joined = false
    if (this.#role.heard) this.#say({ says: 'happened', event })
    this.#pass(event)
  }

  #hear(said: Said) {
    if (this.#role.kind === 'closed') return
    if (this.#role.kind === 'leading') return this.#answer(said, this.#role)
    if (said.says === 'hello' || said.says === 'probe') return
    this.#heardAtMs = this.#ports.nowMs()
    this.#askedAtMs = undefined
    const { leader } = this.#role.kind === 'following' ? this.#role : { leader: undefined }
    switch (said.says) {
      case 'leading':
        if (leader !== undefined && leader !== said.from) this.#lose()
        return this.#ask('hello')
      case 'left':
        return leader === said.from ? this.#lose() : undefined
      case 'here':
        return said.joined ? this.#follow(said.from) : undefined
      case 'happened':
        if (leader === said.from) this.#pass(said.event)
        else if (said.event.type === 'joined' || said.event.type === 'recovered') this.#follow(said.from)
    }
  }

  #answer(said: Said, role: Leading) {
    if (said.says !== 'hello' && said.says !== 'probe') return
    role.heard = true
    if (said.says === 'probe') role.own.probe()
    this.#say({ says: 'here', joined: role.joined })
  }

  /** From here on we hear all that this leader does, and nothing of before. */
  #follow(leader: string) {
    if (this.#role.kind === 'following' && this.#role.leader === leader) return
    this.#role = { kind: 'following', leader }
    this.#listener.joined()
  }

  #lose() {
    this.#role = { kind: 'waiting' }
    this.#listener.dropped(takenOver)
  }

  #pass(event: Happening) {
    switch (event.type) {
      case 'joined':
      case 'recovered':
        return this.#listener[event.type]()
      case 'dropped':
      case 'missed':
        return this.#listener[event.type](event.reason)
      case 'lost':
        return this.#listener.lost(event.reason, event.retryAfterMs)
      case 'received':
        return this.#listener.received(event.data)
    }
  }

  #ask(what: 'hello' | 'probe') {
    if (this.#channel === undefined) return
    this.#askedAtMs ??= this.#ports.nowMs()
    this.#say({ says: what })
  }

  #say(said: Said extends infer S ? (S extends { from: string } ? Omit<S, 'from'> : never) : never) {
    this.#channel?.postMessage({ from: this.#id, ...said })
  }
}
