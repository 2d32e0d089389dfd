import type { Feed } from '../feed.ts'
import { getJson, type GetLimits, usualLimits } from '../http-get.ts'
import { predictIt } from './raw.ts'
import { readMarkets } from './read.ts'

export function predictItFeed(options: { url: string; everyMs: number; limits?: GetLimits }): Feed {
  const { url, everyMs, limits = usualLimits } = options
  return {
    name: predictIt,
    everyMs,
    async poll({ observedAtMs, validators, signal }) {
      const answer = await getJson(url, validators, signal, limits)
      return answer.kind === 'body' ? readMarkets(answer.json, observedAtMs, answer.validators) : answer
    },
  }
}
