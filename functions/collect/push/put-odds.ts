import type { FeedName } from '../../book/ids.ts'
import { feed as feedNameSchema } from '../../book/scalars.ts'
import { parse } from '../../book/wire.ts'
import { type RequestBody, readJson } from '../../http/json-body.ts'
import { json, problem, type Reply } from '../../http/reply.ts'
import { pushedBody } from './body.ts'
import type { PushMemory } from './memory.ts'
import { push, type Pushed, type PushPorts } from './push.ts'

export type PushDesk = {
  ports: PushPorts
  memoryOf(feed: FeedName): PushMemory
  /** Feeds that the app reads itself, and whose markets nobody else may speak of. */
  readsItself(feed: FeedName): boolean
}
export type PushAnswer = { reply: Reply; pushed: Pushed | undefined }

const maxBodyBytes = 1_048_576
const maxMarkets = 1_000
/** What Event Hubs wants at least after it has said that it is busy. */
const busySeconds = 4
const awaySeconds = 5

/** `PUT /api/feeds/{feed}/odds` */
export async function putOdds(feedParam: string, body: RequestBody, desk: PushDesk, nowMs: () => number): Promise<PushAnswer> {
  const feed = feedParam.length <= 64 ? parse(feedNameSchema, feedParam) : undefined
  if (feed?.ok !== true) return unpushed(badName)
  if (desk.readsItself(feed.value)) return unpushed(taken(feed.value))
  const read = await readJson(body, maxBodyBytes)
  if (!read.ok) return unpushed(read.reply)
  const said = pushedBody(read.json)
  if (!said.ok) return unpushed(problem(400, 'Not odds', said.reason))
  if (said.value.items.length > maxMarkets) return unpushed(tooMany(said.value.items.length))
  const pushed = await push(feed.value, said.value, desk.memoryOf(feed.value), desk.ports, nowMs())
  return { reply: replyTo(pushed), pushed }
}

const unpushed = (reply: Reply): PushAnswer => ({ reply, pushed: undefined })

/**
 * Of several, each has its own result, and what could be taken was: 202. Where nothing could, the status says so too, since a sender that
 * looks at nothing else must not believe that all is well.
 */
function replyTo(pushed: Pushed): Reply {
  switch (pushed.kind) {
    case 'taken': {
      const { accepted, rejected, results } = pushed
      if (accepted > 0 || rejected === 0) return json({ accepted, rejected, results }, { status: 202 })
      const detail = `None of ${rejected === 1 ? '1 market' : `${rejected} markets`} could be taken; results says why`
      return problem(400, 'Nothing accepted', detail, { more: { accepted, rejected, results } })
    }
    case 'busy':
      return problem(429, 'Too many odds', `The event hub wants less at a time. ${again}`, { retryAfterSeconds: busySeconds })
    case 'away':
      return problem(503, 'Not available now', `The event hub does not answer. ${again}`, { retryAfterSeconds: awaySeconds })
  }
}

const again = 'Send the same again after Retry-After: what was taken already does no harm'

const badName = problem(400, 'No feed name', 'A feed is named with small letters, digits and hyphens, as in my-odds; 64 at most')
const taken = (feed: FeedName) =>
  problem(409, 'Not a pushing feed', `The app reads ${feed} itself. Choose another name for what you push`)
const tooMany = (items: number) =>
  problem(
    413,
    'Too many markets',
    `There are ${items}, and one body may have ${maxMarkets.toLocaleString('en')}. Send it in parts`,
  )
