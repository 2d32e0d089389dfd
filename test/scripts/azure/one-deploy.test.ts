import { describe, expect, it } from 'vitest'

import { oneDeploy } from '../../../scripts/azure/cloud/one-deploy.ts'
import { fakeAzure, type FakeAnswer } from '../../support/fake-azure.ts'

const zip = Buffer.from('a zip')
const taken: FakeAnswer = { status: 202, json: 'd1' }
const is = (status: number, text = ''): FakeAnswer => ({ json: { id: 'd1', status, status_text: text, complete: status > 2 } })
const [publish, look, latest, log] = [
  'POST /scm/api/publish',
  'GET /scm/api/deployments/d1',
  'GET /scm/api/deployments/latest',
  'GET /scm/api/deployments/d1/log',
]
const noRole =
  'InaccessibleStorageException: BlobUploadFailedException: 403 (This request is not authorized to perform this operation.)'

const deployed = async (answers: Parameters<typeof fakeAzure>[0]) => {
  const azure = await fakeAzure(answers)
  const outcome = await oneDeploy(azure.cloud, `${azure.url}/scm`, zip).then(
    () => 'deployed',
    (error: unknown) => String(error),
  )
  await azure[Symbol.asyncDispose]()
  return { ...azure, outcome }
}

describe('one deploy', () => {
  it('sends the zip, to be taken as it is, and waits until it is in place', async () => {
    const { outcome, asked, requests } = await deployed({ [publish]: taken, [look]: [is(0), is(1, 'Building'), is(2), is(4)] })
    expect(outcome).toBe('deployed')
    expect(requests()).toEqual([publish, look, look, look, look])
    expect(asked[0]).toMatchObject({ path: '/scm/api/publish?RemoteBuild=false&Deployer=oddscast', body: 'a zip' })
    expect(asked[0]?.headers).toMatchObject({
      'content-type': 'application/zip',
      authorization: 'Bearer secret token for management.azure.com',
    })
  })

  it('waits for another deployment to end, and for a site that restarts', async () => {
    const { outcome, said, requests } = await deployed({
      [publish]: [{ status: 409 }, { status: 409 }, { status: 503 }, taken],
      [look]: is(4),
    })
    expect(outcome).toBe('deployed')
    expect(requests().filter((request) => request === publish)).toHaveLength(4)
    expect(said[0]).toBe('  publish: another deployment is under way; again in 2 s')
  })

  it.each([
    ['is answered at once', { [publish]: [{ status: 400, text: noRole }, taken], [look]: is(4) }],
    ['is told by the deployment', { [publish]: taken, [look]: [is(3, noRole), is(4)] }],
  ])('waits for the app’s right to its storage, when that lacks and %s', async (_how, answers) => {
    const { outcome, requests } = await deployed({ [log]: { json: [] }, ...answers })
    expect(outcome).toBe('deployed')
    expect(requests().filter((request) => request === publish)).toHaveLength(2)
  })

  it('fails with the reason and the log, which the site soon forgets', async () => {
    const { outcome, requests } = await deployed({
      [publish]: taken,
      [look]: [is(1), is(3, 'The package is no zip')],
      [log]: { json: [{ message: 'Validating' }, { message: 'Not a zip', details_url: null }] },
    })
    expect(outcome).toBe('Error: The code was not deployed: The package is no zip\n  Validating\n  Not a zip')
    expect(requests().filter((request) => request === publish)).toHaveLength(1)
  })

  it('looks at the latest deployment, where one that failed early is not known by its id', async () => {
    const { outcome } = await deployed({
      [publish]: taken,
      [look]: { status: 404 },
      [latest]: is(3, 'Stopped'),
      [log]: { status: 404 },
    })
    expect(outcome).toBe('Error: The code was not deployed: Stopped')
  })

  it('does not take somebody else’s deployment for its own', async () => {
    const other: FakeAnswer = { json: { id: 'd0', status: 4 } }
    const { outcome } = await deployed({
      [publish]: taken,
      [look]: [{ status: 404 }, { status: 404 }, is(3, 'Stopped')],
      [latest]: other,
      [log]: {},
    })
    expect(outcome).toBe('Error: The code was not deployed: Stopped')
  })

  it('says who lacks a right, rather than that something went wrong', async () => {
    const { outcome } = await deployed({ [publish]: { status: 401 } })
    expect(outcome).toContain('answers 401. Whoever is signed in has no right to deploy to this app')
  })

  it('does not wait for ever', async () => {
    const { outcome, pausedMs } = await deployed({ [publish]: taken, [look]: is(2, 'Deploying'), [log]: {} })
    expect(outcome).toBe('Error: The code was not deployed: not done after 10 minutes (Deploying)')
    expect(pausedMs.reduce((sum, ms) => sum + ms, 0)).toBe(600_000)
  })
})
