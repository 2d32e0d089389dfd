import { createPublicKey, type JsonWebKey, type KeyObject, verify } from 'node:crypto'

import * as v from '@badrap/valita'

import { parse, type Parsed } from '../../book/wire.ts'

export type EntraRules = { audience: string; tenantId: string; principalId: string | undefined }
/** The tenant's public keys, as JSON Web Key Set. */
export type FetchKeys = (url: string) => Promise<unknown>

/**
 * Looks at the tokens by which a service's managed identity shows who it is: signed by the tenant, for this app, and of that identity. Keys are
 * fetched when a token names one that is not known, since Entra changes them without a word; at most once a minute, or anybody could make us
 * ask for ever.
 */
export class EntraTokens {
  readonly #rules: EntraRules
  readonly #fetchKeys: FetchKeys
  #keys: ReadonlyMap<string, KeyObject> = new Map()
  #fetching: Promise<void> | undefined
  #fetchedAtMs = -Infinity

  constructor(rules: EntraRules, fetchKeys: FetchKeys) {
    this.#rules = rules
    this.#fetchKeys = fetchKeys
  }

  /** `authorization`: the header. */
  async check(authorization: string | null, nowMs: number): Promise<Parsed<undefined>> {
    const [head = '', body = '', mark = '', ...rest] = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1]?.split('.') ?? []
    const header = parse(headerSchema, jsonIn(head))
    const claims = parse(claimsSchema, jsonIn(body))
    if (!header.ok || !claims.ok || rest.length > 0) return refused('There is no readable token')
    // Before any key is asked for: what is not for us is not worth a question.
    const wrong = this.#wrongIn(claims.value, nowMs)
    if (wrong !== undefined) return refused(wrong)
    const key = await this.#keyOf(header.value.kid, nowMs)
    if (key === undefined) return refused('The token is signed with a key that the tenant does not have')
    const signed = verify('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(mark, 'base64url'))
    return signed ? { ok: true, value: undefined } : refused('The token is not signed by the tenant')
  }

  #wrongIn({ aud, iss, exp, nbf, oid }: Claims, nowMs: number): string | undefined {
    const { audience, tenantId, principalId } = this.#rules
    // Tokens of version 2 name the app by its id alone.
    if (aud !== audience && `api://${aud}` !== audience) return 'The token is for another app'
    const issuers = [`https://sts.windows.net/${tenantId}/`, `https://login.microsoftonline.com/${tenantId}/v2.0`]
    if (!issuers.includes(iss)) return 'The token is from another tenant'
    if (principalId !== undefined && oid !== principalId) return 'The token is of another identity'
    if (exp * 1_000 <= nowMs - skewMs) return 'The token has expired'
    return nbf !== undefined && nbf * 1_000 > nowMs + skewMs ? 'The token is not valid yet' : undefined
  }

  async #keyOf(kid: string, nowMs: number): Promise<KeyObject | undefined> {
    if (!this.#keys.has(kid) && nowMs - this.#fetchedAtMs > refetchAfterMs) {
      this.#fetchedAtMs = nowMs
      this.#fetching = this.#refetch()
    }
    await this.#fetching
    return this.#keys.get(kid)
  }

  async #refetch(): Promise<void> {
    const url = `https://login.microsoftonline.com/${this.#rules.tenantId}/discovery/v2.0/keys`
    const read = parse(keySet, await this.#fetchKeys(url).catch(() => undefined))
    if (!read.ok) return
    const keys = read.value.keys.flatMap((jwk) => {
      const { kid } = jwk
      const key = keyObject(jwk)
      return typeof kid === 'string' && key !== undefined ? [[kid, key] as const] : []
    })
    this.#keys = new Map(keys)
  }
}

const skewMs = 300_000
const refetchAfterMs = 60_000

type Claims = v.Infer<typeof claimsSchema>
/** The one algorithm that Entra signs with; a token that names another, `none` above all, is not read. */
const headerSchema = v.object({ alg: v.literal('RS256'), kid: v.string() })
const claimsSchema = v.object({
  aud: v.string(),
  iss: v.string(),
  exp: v.number(),
  nbf: v.number().optional(),
  oid: v.string().optional(),
})
const keySet = v.object({ keys: v.array(v.record(v.unknown())) })

function keyObject(jwk: JsonWebKey): KeyObject | undefined {
  try {
    return jwk.kty === 'RSA' ? createPublicKey({ key: jwk, format: 'jwk' }) : undefined
  } catch {
    return undefined
  }
}

function jsonIn(base64: string): unknown {
  try {
    return JSON.parse(Buffer.from(base64, 'base64url').toString('utf8')) as unknown
  } catch {
    return undefined
  }
}

const refused = (reason: string) => ({ ok: false as const, reason })
