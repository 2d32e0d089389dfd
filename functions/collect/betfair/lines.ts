import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { connect as connectTcp, type Socket } from 'node:net'
import { addAbortSignal, pipeline } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import { createGunzip } from 'node:zlib'

/** A whole image in one piece is a few MB; beyond this it is no line. */
const maxLineLength = 32 * 1_048_576

/** The far end of a stream of lines: `read` gives those that one read brought; `say` is absent where nobody listens. */
export type Lines = { read: AsyncIterable<readonly string[]>; say?: (message: object) => void; close(): void }

/** `tls://host:port`, `tcp://host:port` for a server on this machine, or `file:///…`, gzipped or not, for a recording. */
export async function openLines(address: URL, signal: AbortSignal): Promise<Lines> {
  if (address.protocol === 'file:') return fileLines(address, signal)
  const port = Number(address.port)
  const host = address.hostname
  const isTls = address.protocol === 'tls:'
  const socket = isTls ? connectTls({ host, port, servername: host }) : connectTcp({ host, port })
  addAbortSignal(signal, socket)
  socket.setNoDelay(true)
  try {
    await once(socket, isTls ? 'secureConnect' : 'connect')
  } catch (error) {
    socket.destroy()
    throw new Error(`${address.host} cannot be reached: ${whyNot(error)}`, { cause: error })
  }
  return {
    read: linesOf(socket),
    say: (message) => void socket.write(`${JSON.stringify(message)}\r\n`),
    close: () => closeSocket(socket),
  }
}

/** Both ends of a socket; what comes after that is nobody's. */
function closeSocket(socket: Socket): void {
  socket.on('error', () => undefined)
  socket.destroy()
}

function fileLines(address: URL, signal: AbortSignal): Lines {
  const file = createReadStream(address)
  const whole = address.pathname.endsWith('.gz') ? pipeline(file, createGunzip(), () => undefined) : file
  addAbortSignal(signal, whole)
  return { read: linesOf(whole), close: () => void file.destroy() }
}

/** Chunks break lines, and characters, anywhere. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncIterable<readonly string[]> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of chunks) {
    const [first = '', ...others] = decoder.decode(chunk, { stream: true }).split('\n')
    rest += first
    if (rest.length > maxLineLength) throw new Error(`sent a line of more than ${maxLineLength} characters`)
    const begun = others.pop()
    if (begun === undefined) continue
    // A line may end in a carriage return, and may be nothing else.
    yield [rest, ...others].filter((line) => line.length > 1)
    rest = begun
  }
  if (rest.length > 1) yield [rest]
}

/** Several refused addresses of one name come as an error that has a code but no message. */
function whyNot(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.message || ('code' in error ? String(error.code) : error.name)
}
