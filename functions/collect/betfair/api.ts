import { readFile } from 'node:fs/promises'

import * as v from '@badrap/valita'

import { parse } from '../../book/wire.ts'
import { reasonOf } from '../one-line.ts'
import { name } from '../raw-fields.ts'
import type { Names } from './map.ts'
import { runnerKey } from './raw.ts'

/** What Betfair's own API, of requests and answers, adds to its stream: the names, and that the session does not expire. */
export type BetfairAccount = { appKey: string; session: string }
export type BetfairAddresses = { catalogue: string; keepAlive: string }

export const betfairsOwn: BetfairAddresses = {
  catalogue: 'https://api.betfair.com/exchange/betting/rest/v1.0/listMarketCatalogue/',
  keepAlive: 'https://identitysso.betfair.com/api/keepAlive',
}

const deadlineMs = 5_000
/** Names, runners and fixture weigh nothing in Betfair's limits, so that this many markets a request are allowed. */
const maxMarkets = 200

/** A session ends after some hours in which nobody asked for more, and the stream then cannot be opened again. What went wrong, or `undefined`. */
export async function keepAlive(address: string, account: BetfairAccount, signal: AbortSignal): Promise<string | undefined> {
  if (address === '') return undefined
  try {
    const answer = parse(aliveAnswer, await ask(address, account, undefined, signal))
    if (!answer.ok) return 'an answer that is none'
    return answer.value.status === 'SUCCESS' ? undefined : `${answer.value.status}: ${answer.value.error}`
  } catch (error) {
    return withoutSecrets(reasonOf(error), account)
  }
}

/** What is known of these markets; a market that the catalogue does not list is left out, as closed ones are. Throws where it does not answer. */
export async function marketNames(
  address: string,
  account: BetfairAccount,
  marketIds: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Names>> {
  const names = new Map<string, Names>()
  if (address === '') return names
  for (let from = 0; from < marketIds.length; from += maxMarkets) {
    const asked = marketIds.slice(from, from + maxMarkets)
    const request = {
      filter: { marketIds: asked },
      marketProjection: ['EVENT', 'RUNNER_DESCRIPTION'],
      maxResults: maxMarkets,
    }
    const json = address.startsWith('file:') ? await fileJson(address) : await ask(address, account, request, signal)
    for (const raw of Array.isArray(json) ? (json as unknown[]) : [json]) {
      const market = parse(catalogueMarket, raw)
      if (!market.ok) continue
      const { marketId, marketName, event, runners } = market.value
      const runnerNames = runners.map(
        ({ selectionId, handicap, runnerName }) => [runnerKey(selectionId, handicap), runnerName] as const,
      )
      names.set(marketId, { market: marketName, fixture: event?.name ?? null, runners: new Map(runnerNames) })
    }
  }
  return names
}

/** Neither key nor session may be read in a log. */
export const withoutSecrets = (text: string, { appKey, session }: BetfairAccount) =>
  [appKey, session].reduce((shown, secret) => (secret.length < 4 ? shown : shown.replaceAll(secret, '…')), text)

async function ask(
  address: string,
  { appKey, session }: BetfairAccount,
  request: object | undefined,
  signal: AbortSignal,
): Promise<unknown> {
  const response = await fetch(address, {
    method: 'POST',
    headers: {
      accept: 'application/json',
      'content-type': 'application/json',
      'x-application': appKey,
      'x-authentication': session,
    },
    ...(request === undefined ? {} : { body: JSON.stringify(request) }),
    redirect: 'error',
    signal: AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]),
  })
  if (!response.ok) throw new Error(`answered ${response.status}`)
  return response.json()
}

const fileJson = async (address: string) => JSON.parse(await readFile(new URL(address), 'utf8')) as unknown

const aliveAnswer = v.object({ status: v.string(), error: v.string().optional(() => '') })
const catalogueMarket = v.object({
  marketId: v.string(),
  marketName: name,
  event: v.object({ name }).optional(),
  runners: v.array(v.object({ selectionId: v.number(), handicap: v.number().optional(), runnerName: name })),
})
