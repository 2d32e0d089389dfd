import { ask, type CloudAnswer, type CloudRequest } from './ask.ts'
import { type Cloud, scopes } from './cloud.ts'

/** `path` begins at `/subscriptions/…`. */
export type ArmRequest = Omit<CloudRequest, 'url' | 'scope' | 'bytes'> & { path: string; apiVersion: string }

const lookEveryMs = 3_000
const mostLooks = 200

/** Azure Resource Manager. What it only promises (202) is waited for. */
export async function arm(cloud: Cloud, { path, apiVersion, ...request }: ArmRequest): Promise<CloudAnswer> {
  const url = `${cloud.endpoints.management}${path}?api-version=${apiVersion}`
  const answer = await ask(cloud, { ...request, url, scope: scopes.management })
  const promised = answer.headers.get('azure-asyncoperation') ?? answer.headers.get('location')
  if (answer.status !== 202 || promised === null) return answer
  for (let looks = 0; looks < mostLooks; looks++) {
    await cloud.pause(lookEveryMs)
    const look = await ask(cloud, { what: request.what, method: 'GET', url: promised, scope: scopes.management })
    const state = look.status === 202 ? 'InProgress' : stateIn(look.text)
    if (/^(Failed|Canceled)$/i.test(state)) throw new Error(`${request.what}: ${state.toLowerCase()}`)
    if (/^(Succeeded|)$/i.test(state)) return look
  }
  throw new Error(`${request.what}: not done after ${(mostLooks * lookEveryMs) / 60_000} minutes`)
}

function stateIn(text: string): string {
  try {
    const said = JSON.parse(text) as { status?: unknown; properties?: { provisioningState?: unknown } } | null
    const state = said?.status ?? said?.properties?.provisioningState
    return typeof state === 'string' ? state : ''
  } catch {
    return ''
  }
}
