import type { Cloud } from '../cloud/cloud.ts'

const lookEveryMs = 5_000
const mostLooks = 120
const answerWithinMs = 30_000

/** Until the app answers and its store does: it has just been given code and settings, and it starts. */
export async function untilHealthy({ pause, say }: Cloud, url: string): Promise<void> {
  let said = ''
  for (let looks = 0; looks < mostLooks; looks++) {
    const state = await stateOf(url)
    if (state === 'healthy') return
    if (state !== said) say(`  ${state}`)
    said = state
    await pause(lookEveryMs)
  }
  throw new Error(
    `${url}/api/health: ${said}, for ${(mostLooks * lookEveryMs) / 60_000} minutes. The app's log stream in the portal says why`,
  )
}

async function stateOf(url: string): Promise<string> {
  try {
    const { status, headers } = await fetch(new URL('/api/health', url), { signal: AbortSignal.timeout(answerWithinMs) })
    if (status === 200) return 'healthy'
    if (status === 404 && !headers.get('content-type')?.includes('problem+json')) return 'the host runs, and has no functions yet'
    return status === 503 ? 'the app answers that its store does not' : `the app answers ${status}`
  } catch (error) {
    const why = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
    return `the app cannot be reached (${why})`
  }
}
