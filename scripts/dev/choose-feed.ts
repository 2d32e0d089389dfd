import { polledFeeds } from '../../functions/collect/feeds.ts'

const answerWithinMs = 3_000

/**
 * What `FEEDS` is to be. Whoever says what they want gets it, unasked questions included: a replay server counts its polls, so a
 * `PREDICTIT_URL` of one's own is not tried first.
 */
export async function chooseFeed(
  asked: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): Promise<{ feeds: string; why: string }> {
  if (asked !== undefined)
    return { feeds: asked, why: `${asked.includes(',') ? 'Feeds' : 'Feed'}: ${asked.replaceAll(',', ', ')}, as asked for.` }
  if (env['FEEDS']) return { feeds: env['FEEDS'], why: `Feeds: ${env['FEEDS']}, as FEEDS says.` }
  if (env['PREDICTIT_URL']) return { feeds: 'predictit', why: 'Feed: PredictIt, from PREDICTIT_URL.' }
  const trouble = await cannotReach(polledFeeds['predictit']?.url ?? '')
  return trouble === undefined
    ? { feeds: 'predictit', why: 'Feed: PredictIt, live.' }
    : {
        feeds: 'simulated',
        why: `PredictIt cannot be reached (${trouble}), so the simulated feed runs: invented markets that move.`,
      }
}

async function cannotReach(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(answerWithinMs) })
    return response.ok ? undefined : `it answers ${response.status}`
  } catch (error) {
    if (!(error instanceof Error)) return String(error)
    if (error.name === 'TimeoutError') return `no answer within ${answerWithinMs / 1000} s`
    return error.cause instanceof Error ? error.cause.message : error.message
  }
}
