import { describe, expect, it } from 'vitest'

import { bootstrap, type BootstrapOptions } from '../../../scripts/azure/bootstrap/bootstrap.ts'
import { makings, type StatePlace, usualAccount } from '../../../scripts/azure/bootstrap/state-place.ts'
import { roles } from '../../../infra/azure/role-ids.ts'
import { fakeAzure, type FakeAnswer } from '../../support/fake-azure.ts'

const options: BootstrapOptions = {
  location: 'westeurope',
  group: 'rg-oddscast-state',
  account: undefined,
  container: 'tfstate',
  yes: true,
  dryRun: false,
}
const place: StatePlace = { ...options, subscriptionId: 's', account: usualAccount('s') }
const paths = makings(place, 'me').map(({ path }) => `PUT /arm${path}`)
const allowed: Record<string, FakeAnswer> = {
  'GET /arm/subscriptions/s/providers/Microsoft.Authorization/permissions': {
    json: { value: [{ actions: ['*'], notActions: [] }] },
  },
}
const everything = { ...allowed, ...Object.fromEntries(paths.map((path) => [path, {}])) }
const token = async () => `x.${Buffer.from(JSON.stringify({ oid: 'me' })).toString('base64url')}.x`

async function bootstrapped(
  answers: Record<string, FakeAnswer>,
  told: Partial<BootstrapOptions> = {},
  typed = 'yes',
  isTerminal = false,
) {
  const azure = await fakeAzure(answers)
  const world = {
    env: { ARM_SUBSCRIPTION_ID: 's' },
    cloud: { ...azure.cloud, tokens: token },
    today: new Date(0),
    isTerminal,
    typed: async (_question: string, word: string) => typed === word,
  }
  const outcome = await bootstrap({ ...options, ...told }, world).then(
    () => 'done',
    (error: unknown) => String(error),
  )
  await azure[Symbol.asyncDispose]()
  return { outcome, said: azure.said.join('\n'), made: azure.asked.filter(({ method }) => method === 'PUT') }
}

describe('the place of the state', () => {
  it('is made in order, without keys, with versions, and its names are told', async () => {
    const { outcome, said, made } = await bootstrapped(everything)
    expect(outcome).toBe('done')
    expect(made.map(({ path }) => `PUT ${path.split('?')[0]}`)).toEqual(paths)
    const [, account, blobs, , role] = made.map(({ body }) => JSON.parse(body) as Record<string, object>)
    expect(account?.['properties']).toMatchObject({
      allowSharedKeyAccess: false,
      allowBlobPublicAccess: false,
      minimumTlsVersion: 'TLS1_2',
    })
    expect(blobs?.['properties']).toMatchObject({ isVersioningEnabled: true, deleteRetentionPolicy: { enabled: true } })
    expect(role?.['properties']).toEqual({
      principalId: 'me',
      roleDefinitionId: `/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/${roles.storageBlobDataContributor}`,
    })
    expect(said).toContain(
      `export TF_STATE_RESOURCE_GROUP=rg-oddscast-state\nexport TF_STATE_STORAGE_ACCOUNT=${usualAccount('s')}\nexport TF_STATE_CONTAINER=tfstate`,
    )
  })

  it('may be made again, with the role that is there already', async () => {
    const role = paths.at(-1) ?? ''
    expect(await bootstrapped({ ...everything, [role]: { status: 409 } })).toMatchObject({ outcome: 'done' })
  })

  it('has the same names each time, within Azure’s rules', () => {
    const subscription = '00000000-1111-2222-3333-444444444444'
    expect(usualAccount(subscription)).toBe(usualAccount(subscription))
    expect(usualAccount(subscription)).toMatch(/^[a-z0-9]{3,24}$/)
    expect(usualAccount(subscription)).not.toBe(usualAccount('another'))
    const assignment = paths.at(-1)?.split('/').at(-1)
    expect(assignment).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  it('is not made in a dry run, nor without a yes', async () => {
    expect(await bootstrapped(allowed, { dryRun: true, yes: false })).toMatchObject({ outcome: 'done', made: [] })
    const asked = await bootstrapped(allowed, { yes: false }, 'no', true)
    expect(asked).toMatchObject({ outcome: 'done', made: [], said: expect.stringContaining('Nothing was made') as string })
    expect((await bootstrapped(everything, { yes: false }, 'yes', true)).made).toHaveLength(paths.length)
  })

  it('is not begun where nobody could be asked, or a right lacks', async () => {
    const none = { json: { value: [{ actions: ['*/read'], notActions: [] }] } }
    const { outcome, made } = await bootstrapped({ [Object.keys(allowed)[0] ?? '']: none }, { yes: false })
    expect(outcome).toMatch(/Nothing was begun[^]*say --yes[^]*storageAccounts\/write[^]*roleAssignments\/write/)
    expect(made).toEqual([])
  })

  it('whose name is somebody else’s fails in Azure’s words', async () => {
    const taken = { status: 409, json: { error: { code: 'StorageAccountAlreadyTaken', message: 'The name is already taken.' } } }
    const { outcome } = await bootstrapped({ ...everything, [paths[1] ?? '']: taken })
    expect(outcome).toMatch(/storage account stoddsstate\w+: .* answers 409: The name is already taken\./)
  })
})
