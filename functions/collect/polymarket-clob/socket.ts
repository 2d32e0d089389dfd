/** A WebSocket cannot be asked to wait; where so many frames are waiting that nobody takes, it is closed instead (I9). */
const maxWaiting = 20_000

/** `frames` gives all that came since it was last asked, and fails when there will be no more. */
export type FrameSocket = { frames: AsyncIterable<readonly string[]>; send(text: string): void; close(): void }

/** A WebSocket as frames of text, on which `PING` is said every so often, as its far end asks. */
export async function openFrames(url: URL, pingEveryMs: number, signal: AbortSignal): Promise<FrameSocket> {
  signal.throwIfAborted()
  const socket = new WebSocket(url)
  const queue = new FrameQueue()
  const pings = setInterval(() => socket.readyState === WebSocket.OPEN && socket.send('PING'), pingEveryMs)
  const end = (why: string) => {
    clearInterval(pings)
    queue.end(new Error(why))
    socket.close()
  }
  const opened = new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }))
  socket.addEventListener('message', ({ data }: { data: unknown }) => {
    if (typeof data === 'string' && !queue.push(data)) end(`sent more than ${maxWaiting} frames that nobody could take yet`)
  })
  socket.addEventListener('error', () => end(`the connection to ${url.host} failed`))
  socket.addEventListener('close', ({ code, reason }) => end(`${url.host} closed the connection: ${code} ${reason}`.trimEnd()))
  signal.addEventListener('abort', () => end('stopped'), { once: true })
  await Promise.race([opened, queue.ended])
  return { frames: queue.frames(), send: (text) => socket.send(text), close: () => end('closed') }
}

class FrameQueue {
  #waiting: string[] = []
  readonly #end = Promise.withResolvers<never>()
  #isEnded = false
  #wake: () => void = () => undefined

  constructor() {
    this.ended.catch(() => undefined)
  }

  /** Rejects when there will be no more. */
  get ended(): Promise<never> {
    return this.#end.promise
  }

  /** False where there is no room. */
  push(frame: string): boolean {
    if (this.#isEnded || this.#waiting.length >= maxWaiting) return this.#isEnded
    this.#waiting.push(frame)
    this.#wake()
    return true
  }

  end(why: Error): void {
    this.#isEnded = true
    this.#end.reject(why)
    this.#wake()
  }

  async *frames(): AsyncIterable<readonly string[]> {
    for (;;) {
      const taken = this.#waiting
      this.#waiting = []
      if (taken.length > 0) yield taken
      else if (this.#isEnded) await this.ended
      else await new Promise<void>((resolve) => void (this.#wake = resolve))
    }
  }
}
