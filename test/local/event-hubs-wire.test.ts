import { createHmac } from 'node:crypto'

import fc from 'fast-check'
import rhea from 'rhea'
import { describe, expect, it } from 'vitest'

import { parseAddress } from '../../infra/local/event-hubs/address.ts'
import { MalformedMessage, valueEnd } from '../../infra/local/event-hubs/amqp-bytes.ts'
import { openEnvelope } from '../../infra/local/event-hubs/envelope.ts'
import { partitionOfKey } from '../../infra/local/event-hubs/jenkins.ts'
import { admit, type Reader } from '../../infra/local/event-hubs/readers.ts'
import { judgeSas, key } from '../../infra/local/event-hubs/sas.ts'
import { stampBytes, writeStamped } from '../../infra/local/event-hubs/stamp.ts'
import { parseStart } from '../../infra/local/event-hubs/start-position.ts'
import { mapPartitionKeyToId } from '../../node_modules/@azure/event-hubs/dist/esm/impl/partitionKeyToIdMapper.js'

const { message } = rhea

describe('the partition of a key', () => {
  it('is the one that the SDK computes itself', () => {
    const keys = fc.oneof(fc.string({ maxLength: 128 }), fc.string({ unit: 'binary', maxLength: 64 }))
    fc.assert(
      fc.property(keys, fc.integer({ min: 1, max: 32 }), (key, count) => {
        expect(partitionOfKey(key, count)).toBe(mapPartitionKeyToId(key, count))
      }),
      { numRuns: 1000 },
    )
  })
})

describe('a batch', () => {
  it('is split into the very bytes of its events', () => {
    fc.assert(
      fc.property(
        fc.array(anyMessage(), { minLength: 1, maxLength: 20 }),
        fc.option(fc.string(), { nil: undefined }),
        (events, key) => {
          const encoded = events.map((event) => message.encode(event))
          const opened = openEnvelope(envelope(encoded, key))
          expect(opened.partitionKey).toBe(key)
          expect(opened.events.map((e) => e.toString('hex'))).toEqual(encoded.map((e) => e.toString('hex')))
        },
      ),
    )
  })

  it('that was cut short or has no event is malformed, and never anything worse', () => {
    const whole = envelope([message.encode({ body: message.data_section(Buffer.from('tick')) })], 's1')
    for (let bytes = 0; bytes < whole.length; bytes++) {
      expect(() => openEnvelope(whole.subarray(0, bytes))).toThrow(MalformedMessage)
    }
  })

  it('of arbitrary bytes is malformed or harmless', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          openEnvelope(Buffer.from([0x00, 0x53, 0x75, ...bytes]))
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedMessage)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('whose event nests descriptors without end is malformed', () => {
    const deep = Buffer.alloc(100_000)
    expect(() => valueEnd(deep, 0)).toThrow(MalformedMessage)
  })
})

describe('a stamped event', () => {
  const stamp = { sequence: 4_294_967_300, offset: 123_456_789_012, enqueuedMs: Date.UTC(2026, 0, 1), partitionKey: 'schlüssel' }

  it('is what was sent, plus where it stands', () => {
    fc.assert(
      fc.property(anyMessage(), (event) => {
        const sent = message.encode(event)
        const out = Buffer.alloc(sent.length + stampBytes(stamp.partitionKey))
        const stamped = out.subarray(0, writeStamped(out, 0, sent, stamp))
        const before = message.decode(sent)
        const after = message.decode(stamped)
        expect(after.message_annotations).toEqual({
          ...before.message_annotations,
          'x-opt-sequence-number': stamp.sequence,
          'x-opt-offset': '123456789012',
          'x-opt-enqueued-time': new Date(stamp.enqueuedMs),
          'x-opt-partition-key': stamp.partitionKey,
        })
        expect({ ...after, message_annotations: undefined }).toEqual({ ...before, message_annotations: undefined })
      }),
    )
  })

  it('loses the place that it had in another hub, and delivery annotations', () => {
    const sent = message.encode({
      body: 'x',
      delivery_annotations: { hop: 1 },
      message_annotations: { 'x-opt-offset': '7', 'x-opt-sequence-number': 7, 'x-opt-enqueued-time': 7, 'x-opt-other': 7 },
    })
    const out = Buffer.alloc(sent.length + stampBytes(undefined))
    const after = message.decode(out.subarray(0, writeStamped(out, 0, sent, { ...stamp, partitionKey: undefined })))
    expect(after.delivery_annotations).toBeUndefined()
    expect(after.message_annotations).toEqual({
      'x-opt-other': 7,
      'x-opt-sequence-number': stamp.sequence,
      'x-opt-offset': '123456789012',
      'x-opt-enqueued-time': new Date(stamp.enqueuedMs),
    })
  })
})

describe('a token', () => {
  const audience = 'sb://localhost:5672/odds-politics/Partitions/0'
  const sign = (resource: string, expiry: number, secret = key, name = 'local') => {
    const sr = encodeURIComponent(resource)
    const sig = createHmac('sha256', secret).update(`${sr}\n${expiry}`).digest('base64')
    return `SharedAccessSignature sr=${sr}&sig=${encodeURIComponent(sig)}&se=${expiry}&skn=${name}`
  }

  it('opens what it was signed for and what lies below, until it expires', () => {
    const token = sign('sb://localhost/odds-politics', 1000)
    expect(judgeSas(token, audience, 999_999)).toEqual({ expiresMs: 1_000_000 })
    expect(judgeSas(token, 'sb://localhost:1/ODDS-politics/$management', 0)).toEqual({ expiresMs: 1_000_000 })
    expect(judgeSas(token, audience, 1_000_000)).toMatchObject({ refused: { condition: 'amqp:unauthorized-access' } })
    expect(judgeSas(token, 'sb://localhost/odds-politics-2', 0)).toHaveProperty('refused')
    expect(judgeSas(token, 'sb://localhost/odds-sports', 0)).toHaveProperty('refused')
  })

  it('is refused when forged, altered or no token at all', () => {
    expect(judgeSas(sign('sb://localhost/h', 1000, 'other'), 'sb://localhost/h', 0)).toHaveProperty('refused')
    expect(judgeSas(sign('sb://localhost/h', 1000, key, 'root'), 'sb://localhost/h', 0)).toHaveProperty('refused')
    expect(judgeSas(sign('sb://localhost/h', 1000).replace('se=1000', 'se=9999'), 'sb://localhost/h', 0)).toHaveProperty(
      'refused',
    )
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(judgeSas(text, audience, 0)).toHaveProperty('refused')
        expect(judgeSas(`SharedAccessSignature sr=${text}&sig=%&se=1&skn=local`, audience, 0)).toHaveProperty('refused')
      }),
    )
  })
})

describe('an address', () => {
  it('names a node of the broker, or nothing', () => {
    expect(parseAddress('$cbs')).toEqual({ node: 'cbs' })
    expect(parseAddress('odds/$management')).toEqual({ node: 'management' })
    expect(parseAddress('odds')).toEqual({ node: 'hub', hub: 'odds' })
    expect(parseAddress('odds/Partitions/3')).toEqual({ node: 'partition', hub: 'odds', partition: '3' })
    expect(parseAddress('/odds/consumergroups/$default/partitions/0')).toEqual({
      node: 'reader',
      hub: 'odds',
      group: '$default',
      partition: '0',
    })
    for (const text of ['', '/', 'odds/Publishers/me', 'odds/x', 'odds/Partitions', 'a/ConsumerGroups/g', 'a/b/c/d/e/f']) {
      expect(parseAddress(text)).toBeUndefined()
    }
  })
})

describe('a start position', () => {
  it('is read from the selector of the SDKs', () => {
    expect(parseStart("amqp.annotation.x-opt-offset > '-1'")).toEqual({ start: { from: 'earliest' } })
    expect(parseStart("amqp.annotation.x-opt-offset > '@latest'")).toEqual({ start: { from: 'latest' } })
    expect(parseStart("amqp.annotation.x-opt-sequence-number >= '5'")).toEqual({
      start: { from: 'sequence', value: 5, inclusive: true },
    })
    expect(parseStart("amqp.annotation.x-opt-enqueued-time > '1700000000000'")).toEqual({
      start: { from: 'enqueuedTime', value: 1_700_000_000_000, inclusive: false },
    })
    for (const text of [
      '',
      "x-opt-offset > '1'",
      "amqp.annotation.x-opt-offset < '1'",
      "amqp.annotation.x-opt-offset > 'soon'",
    ]) {
      expect(parseStart(text)).toMatchObject({ refused: { condition: 'com.microsoft:argument-error' } })
    }
  })
})

describe('ownership of a partition', () => {
  const reader = (epoch: number | undefined): Reader => ({ name: 'r', epoch, disconnect: () => {} })

  it('goes to the equal or higher epoch, and every one before it leaves', () => {
    const present = [reader(undefined), reader(undefined)]
    expect(admit(reader(0), present)).toEqual({ admitted: true, displaced: present })
    expect(admit(reader(3), [reader(3)])).toMatchObject({ admitted: true, displaced: [{ epoch: 3 }] })
    expect(admit(reader(2), [reader(3)])).toMatchObject({ admitted: false, refused: { condition: 'amqp:link:stolen' } })
    expect(admit(reader(undefined), [reader(0)])).toMatchObject({ admitted: false, refused: { condition: 'amqp:link:stolen' } })
  })
})

function envelope(events: readonly Buffer[], key: string | undefined): Buffer {
  const annotations = key === undefined ? {} : { message_annotations: { 'x-opt-partition-key': key } }
  return message.encode({ body: message.data_sections(events), ...annotations })
}

/** Messages with every section that a client may send; `rhea` is the independent witness of the encoding. */
function anyMessage() {
  const values = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.double({ min: -1e9, max: 1e9, noNaN: true }),
    fc.string({ minLength: 300, maxLength: 400 }),
  )
  const names = fc.stringMatching(/^[a-z-]{1,40}$/)
  return fc.record(
    {
      body: fc.oneof(
        fc.uint8Array({ minLength: 1, maxLength: 600 }).map((bytes) => message.data_section(Buffer.from(bytes))),
        fc.string(),
        fc.array(fc.integer()),
      ),
      message_annotations: fc.dictionary(names, values, { maxKeys: 4, noNullPrototype: true }),
      application_properties: fc.dictionary(names, values, { maxKeys: 4, noNullPrototype: true }),
      durable: fc.boolean(),
      message_id: fc.string(),
      content_type: fc.constant('application/json'),
    },
    { requiredKeys: ['body'], noNullPrototype: true },
  )
}
