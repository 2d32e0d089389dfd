import * as v from '@badrap/valita'

import { ask, type CloudAnswer, CloudError } from './ask.ts'
import { type Cloud, scopes } from './cloud.ts'

/** Kudu's numbers. The answer is 200 all the while, and when it has failed, too: the number alone tells. */
const [cancelled, failed, succeeded, conflict, partly] = [-1, 3, 4, 5, 6]

const lookEveryMs = 3_000
const mostLooks = 200
const rounds = 6
const roundRestMs = 20_000

/**
 * The app's code, to Flex Consumption's way in: `POST /api/publish` on the app's SCM site, which answers with the id of a deployment that
 * goes on by itself.
 *
 * What is waited out: another deployment, and a site that restarts since its settings have just been changed (409); roles that Terraform gave
 * a minute ago and that have not arrived everywhere, for us (403) or for the app's identity, with which the package is put into its storage.
 */
export async function oneDeploy(cloud: Cloud, scm: string, zip: Uint8Array<ArrayBuffer>): Promise<void> {
  for (let round = 1; ; round++) {
    const id = await publish(cloud, scm, zip)
    const end = await outcomeOf(cloud, scm, id)
    if (end === undefined) return
    const passes = end.status === conflict || isAboutStorage(end.text)
    if (!passes || round === rounds) throw new Error(`The code was not deployed: ${end.text}${await logOf(cloud, scm, id)}`)
    cloud.say(`  not deployed yet (${end.text}); again in ${roundRestMs / 1_000} s`)
    await cloud.pause(roundRestMs)
  }
}

async function publish(cloud: Cloud, scm: string, zip: Uint8Array<ArrayBuffer>): Promise<string> {
  const { text } = await ask(cloud, {
    what: 'publish',
    method: 'POST',
    url: `${scm}/api/publish?RemoteBuild=false&Deployer=oddscast`,
    scope: scopes.management,
    bytes: { type: 'application/zip', content: zip },
    tries: 12,
    again: (answer) => {
      if (answer.status === 409) return 'another deployment is under way'
      if (answer.status === 403) return 'it answers 403: the right to it may be on its way'
      return answer.status === 400 && isAboutStorage(answer.text) ? 'the app cannot write to its storage yet' : undefined
    },
  }).catch((error: unknown) => {
    if (error instanceof CloudError && error.answer?.status === 401)
      throw new Error(`${error.message}. Whoever is signed in has no right to deploy to this app`, { cause: error })
    throw error
  })
  return v.string().parse(JSON.parse(text || '""'))
}

const isAboutStorage = (text: string) => /InaccessibleStorage|BlobUploadFailed|not authorized to perform/i.test(text)

const deployment = v.object({
  id: v.string(),
  status: v.number(),
  status_text: v.string().nullable().optional(),
  message: v.string().nullable().optional(),
})

/** Undefined: it succeeded. */
async function outcomeOf(cloud: Cloud, scm: string, id: string): Promise<{ status: number; text: string } | undefined> {
  let said = ''
  for (let looks = 0; looks < mostLooks; looks++) {
    const seen = await look(cloud, scm, id)
    const text = seen?.status_text || seen?.message || ''
    if (seen?.status === succeeded || seen?.status === partly) return undefined
    if (seen?.status === failed || seen?.status === cancelled || seen?.status === conflict)
      return { status: seen.status, text: text || (seen.status === cancelled ? 'cancelled' : 'failed, without a reason') }
    if (text !== '' && text !== said) cloud.say(`  ${text}`)
    said = text
    await cloud.pause(lookEveryMs)
  }
  return {
    status: failed,
    text: `not done after ${(mostLooks * lookEveryMs) / 60_000} minutes (${said || 'nothing was heard of it'})`,
  }
}

/** One that failed early is not known by its id, only as the latest. */
async function look(cloud: Cloud, scm: string, id: string) {
  const read = async (which: string): Promise<v.Infer<typeof deployment> | undefined> => {
    const url = `${scm}/api/deployments/${which}`
    const answer = await ask(cloud, { what: 'deployment', method: 'GET', url, scope: scopes.management, takes: [404] })
    return answer.status === 404 ? undefined : parsed(answer)
  }
  if (id === '') return read('latest')
  const own = await read(encodeURIComponent(id))
  if (own !== undefined) return own
  const latest = await read('latest')
  return latest?.id === id ? latest : undefined
}

function parsed({ text }: CloudAnswer): v.Infer<typeof deployment> | undefined {
  try {
    const result = deployment.try(JSON.parse(text), { mode: 'strip' })
    return result.ok ? result.value : undefined
  } catch {
    return undefined
  }
}

const entries = v.array(v.object({ message: v.string().nullable() }))

/** The site forgets it soon, so it is told here. */
async function logOf(cloud: Cloud, scm: string, id: string): Promise<string> {
  try {
    const url = `${scm}/api/deployments/${id === '' ? 'latest' : encodeURIComponent(id)}/log`
    const answer = await ask(cloud, { what: 'log', method: 'GET', url, scope: scopes.management, takes: [404], tries: 1 })
    const lines = entries.try(JSON.parse(answer.text), { mode: 'strip' })
    return lines.ok ? lines.value.map(({ message }) => `\n  ${message ?? ''}`).join('') : ''
  } catch {
    return ''
  }
}
