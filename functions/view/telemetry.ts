import type { Counter, Telemetry } from '../connect/telemetry.ts'
import type { Reply } from '../http/reply.ts'

export type Circumstances = { method: string; route: string; invocationId: string }

/** A request as a step, told by its route and never by its address, in which a key may be. */
export async function asRequest(
  telemetry: Telemetry | undefined,
  { method, route, invocationId }: Circumstances,
  answer: () => Promise<Reply>,
): Promise<Reply> {
  if (telemetry === undefined) return answer()
  const facts = { 'http.request.method': method, 'http.route': route, 'faas.invocation_id': invocationId }
  return telemetry.step({ name: `${method} ${route}`, kind: 'server', facts }, async (step) => {
    const reply = await answer()
    step.count(requests, 1, { route, status: reply.status })
    step.learned({ 'http.response.status_code': reply.status })
    return reply
  })
}

const requests: Counter = {
  name: 'oddscast.requests',
  unit: '{request}',
  description: 'Requests of the API and the page, by status',
}
