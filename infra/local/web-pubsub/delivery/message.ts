import { frame, opcodes, textFrame } from './websocket-frame.ts'

/** JSON is kept as the text that came: it is checked where it enters and never parsed again on its way out. */
export type Payload =
  | { dataType: 'json'; json: string }
  | { dataType: 'text'; text: string }
  | { dataType: 'binary'; bytes: Buffer }

export type Origin = { from: 'server' } | { from: 'group'; group: string; fromUserId: string | null }

/** How long a message may wait for a client, in seconds, up to five minutes; 0 is for ever. */
export const isTtl = (seconds: number): boolean => Number.isInteger(seconds) && seconds >= 0 && seconds <= 300
export const expiresAtMs = (ttlSeconds: number, nowMs: number): number =>
  ttlSeconds === 0 ? Number.POSITIVE_INFINITY : nowMs + ttlSeconds * 1_000

/**
 * One message on its way to any number of connections. Each of its three forms is made on first use and shared by all who take
 * it: serialising per recipient costs more than everything else together.
 */
export class Message {
  readonly origin: Origin
  readonly payload: Payload
  readonly expiresAtMs: number
  #envelope: string | undefined
  #plainFrame: Buffer | undefined
  #rawFrame: Buffer | undefined
  #reliableHead: Buffer | undefined

  constructor(origin: Origin, payload: Payload, expiresAtMs: number) {
    this.origin = origin
    this.payload = payload
    this.expiresAtMs = expiresAtMs
  }

  /** The whole frame for `json.webpubsub.azure.v1`. */
  get plainFrame(): Buffer {
    return (this.#plainFrame ??= textFrame(`${this.#open()}}`))
  }

  /** For the reliable protocol, the JSON up to the number; each connection adds its own number and the closing brace. */
  get reliableHead(): Buffer {
    return (this.#reliableHead ??= Buffer.from(`${this.#open()},"sequenceId":`, 'utf8'))
  }

  /** For a client without a subprotocol: the data itself and nothing around it. */
  get rawFrame(): Buffer {
    return (this.#rawFrame ??= rawFrame(this.payload))
  }

  #open(): string {
    return (this.#envelope ??= openEnvelope(this.origin, this.payload))
  }
}

function openEnvelope(origin: Origin, payload: Payload): string {
  const from =
    origin.from === 'server'
      ? '"from":"server"'
      : `"from":"group","fromUserId":${JSON.stringify(origin.fromUserId)},"group":${JSON.stringify(origin.group)}`
  return `{"type":"message",${from},"dataType":"${payload.dataType}","data":${dataText(payload)}`
}

function dataText(payload: Payload): string {
  switch (payload.dataType) {
    case 'json':
      return payload.json
    case 'text':
      return JSON.stringify(payload.text)
    case 'binary':
      return `"${payload.bytes.toString('base64')}"`
  }
}

function rawFrame(payload: Payload): Buffer {
  switch (payload.dataType) {
    case 'json':
      return textFrame(payload.json)
    case 'text':
      return textFrame(payload.text)
    case 'binary':
      return frame(opcodes.binary, payload.bytes)
  }
}
