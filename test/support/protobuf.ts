/** One protobuf message, field by field, as far as OTLP uses the format. Whoever asks must know what a field is. */
export class Fields {
  readonly #fields = new Map<number, (bigint | Buffer)[]>()

  constructor(bytes: Buffer) {
    let at = 0
    const varint = () => {
      let value = 0n
      for (let shift = 0n; ; shift += 7n) {
        const byte = bytes.readUInt8(at++)
        value |= BigInt(byte & 0x7f) << shift
        if (byte < 0x80) return value
      }
    }
    const taken = (length: number) => bytes.subarray(at, (at += length))
    const valueOf = (wireType: number) => {
      if (wireType === 0) return varint()
      if (wireType === 1) return taken(8)
      if (wireType === 2) return taken(Number(varint()))
      if (wireType === 5) return taken(4)
      throw new Error(`protobuf has no wire type ${wireType}`)
    }
    while (at < bytes.length) {
      const tag = Number(varint())
      const all = this.#fields.get(tag >> 3) ?? []
      this.#fields.set(tag >> 3, [...all, valueOf(tag & 7)])
    }
  }

  has(field: number): boolean {
    return this.#fields.has(field)
  }

  messages(field: number): Fields[] {
    return this.#bytes(field).map((bytes) => new Fields(bytes))
  }

  text(field: number): string {
    return this.#bytes(field).at(-1)?.toString() ?? ''
  }

  hex(field: number): string {
    return this.#bytes(field).at(-1)?.toString('hex') ?? ''
  }

  number(field: number): number {
    return Number(this.#fields.get(field)?.at(-1) ?? 0)
  }

  fixed64(field: number): bigint {
    return this.#bytes(field).at(-1)?.readBigUInt64LE() ?? 0n
  }

  double(field: number): number | undefined {
    return this.#bytes(field).at(-1)?.readDoubleLE()
  }

  /** Packed, or one by one. */
  fixed64s(field: number): bigint[] {
    return this.#eights(field).map((bytes) => bytes.readBigUInt64LE())
  }

  doubles(field: number): number[] {
    return this.#eights(field).map((bytes) => bytes.readDoubleLE())
  }

  #bytes(field: number): Buffer[] {
    return (this.#fields.get(field) ?? []).filter((value) => typeof value !== 'bigint')
  }

  #eights(field: number): Buffer[] {
    return this.#bytes(field).flatMap((bytes) =>
      Array.from({ length: bytes.length / 8 }, (_, i) => bytes.subarray(8 * i, 8 * i + 8)),
    )
  }
}
