import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { approvalLacks } from '../../../scripts/azure/approval.ts'
import { missingRights } from '../../../scripts/azure/cloud/rights.ts'
import { environmentNamed, environmentNames } from '../../../scripts/azure/environment.ts'
import { budgetLacks, suffixLacks } from '../../../scripts/azure/needs/environment.ts'
import { nodeLacks } from '../../../scripts/azure/needs/node-version.ts'
import { onPath, terraformOn } from '../../../scripts/azure/needs/on-path.ts'
import { rightsLack } from '../../../scripts/azure/needs/rights.ts'
import { signIn } from '../../../scripts/azure/needs/signed-in.ts'
import { fakeAzure } from '../../support/fake-azure.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'oddscast-path-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function command(name: string, script = '#!/bin/sh\n', mode = 0o755): Promise<void> {
  await writeFile(path.join(folder, name), script)
  await chmod(path.join(folder, name), mode)
}

describe('Node', () => {
  it.each([
    ['v24.21.0', []],
    ['v22.18.0', []],
    ['v22.17.1', [expect.stringContaining('this is v22.17.1')]],
    ['v20.19.0', [expect.stringContaining('Node 22.18 or newer')]],
  ])('%s', (version, lacks) => expect(nodeLacks(version)).toEqual(lacks))
})

describe('Terraform', () => {
  it('is what is asked for, else terraform, else tofu', async () => {
    const env = { PATH: folder }
    expect(terraformOn(env)).toEqual({ lacks: expect.stringContaining('neither is on the PATH') as string })
    await command('tofu')
    expect(terraformOn(env)).toEqual({ binary: 'tofu' })
    await command('terraform')
    expect(terraformOn(env)).toEqual({ binary: 'terraform' })
    expect(terraformOn({ ...env, TERRAFORM_BINARY_NAME: 'tofu' })).toEqual({ binary: 'tofu' })
    expect(terraformOn({ ...env, TERRAFORM_BINARY_NAME: 'terra' })).toEqual({
      lacks: 'TERRAFORM_BINARY_NAME says "terra", and there is no such command',
    })
  })

  it('that may not be started is not there', async () => {
    await command('terraform', '', 0o644)
    expect(onPath('terraform', { PATH: folder })).toBeUndefined()
  })
})

describe('whoever is signed in', () => {
  const token = `x.${Buffer.from(JSON.stringify({ oid: 'me' })).toString('base64url')}.x`
  const known = async () => token

  it('is known by the token, and asks for the subscription that the environment says', async () => {
    const env = { PATH: folder, ARM_SUBSCRIPTION_ID: 'chosen' }
    expect(await signIn(env, known)).toEqual({ subscriptionId: 'chosen', principalId: 'me' })
  })

  it('else asks for the one that the Azure CLI has chosen', async () => {
    await command('az', `#!/bin/sh\necho '{"id":"in-cli"}'\n`)
    expect(await signIn({ PATH: `${folder}:/usr/bin:/bin` }, known)).toEqual({ subscriptionId: 'in-cli', principalId: 'me' })
  })

  it('has to say which, where there are none', async () => {
    expect(await signIn({ PATH: folder }, known)).toEqual({
      lacks: ['A subscription: az account set --subscription <id>, or ARM_SUBSCRIPTION_ID'],
    })
  })

  it('is nobody, where the CLI is missing or nobody logged in', async () => {
    const nobody = () => Promise.reject(new Error('Please run az login\nmore'))
    expect(await signIn({ PATH: folder }, nobody)).toEqual({ lacks: [expect.stringContaining('The Azure CLI: https://')] })
    await command('az')
    expect(await signIn({ PATH: folder }, nobody)).toEqual({
      lacks: ['Somebody who is signed in: az login (Please run az login)'],
    })
  })
})

describe('rights', () => {
  const role = (actions: string[], notActions: string[] = []) => ({ actions, notActions })
  const contributor = role(['*'], ['Microsoft.Authorization/*/Delete', 'Microsoft.Authorization/*/Write'])
  const accessAdministrator = role(['Microsoft.Authorization/roleAssignments/write', '*/read'])
  const owner = role(['*'])

  it('are those of all roles together, each without its own exceptions', () => {
    const wanted = ['Microsoft.Web/sites/write', 'Microsoft.Authorization/roleAssignments/write']
    expect(missingRights([contributor], wanted)).toEqual(['Microsoft.Authorization/roleAssignments/write'])
    expect(missingRights([accessAdministrator], wanted)).toEqual(['Microsoft.Web/sites/write'])
    expect(missingRights([contributor, accessAdministrator], wanted)).toEqual([])
    expect(missingRights([], wanted)).toEqual(wanted)
  })

  it('take no dot for any character, and no case for another', () => {
    expect(missingRights([role(['microsoft.web/SITES/*'])], ['Microsoft.Web/sites/write'])).toEqual([])
    expect(missingRights([role(['MicrosoftXWeb/*'])], ['Microsoft.Web/sites/write'])).toHaveLength(1)
  })

  const [dev, prod] = [environmentNamed('dev'), environmentNamed('prod')]
  const onGroup = (name: string) =>
    `GET /arm/subscriptions/s/resourceGroups/rg-oddscast-${name}/providers/Microsoft.Authorization/permissions`
  const onSubscription = 'GET /arm/subscriptions/s/providers/Microsoft.Authorization/permissions'

  it('on the group do, once it is there', async () => {
    await using azure = await fakeAzure({ [onGroup('dev')]: { json: { value: [contributor, accessAdministrator] } } })
    expect(await rightsLack(azure.cloud, 's', dev)).toEqual([])
  })

  it('on the subscription are asked for before, and what lacks is said with the role that has it', async () => {
    await using azure = await fakeAzure({
      [onGroup('dev')]: { status: 404 },
      [onSubscription]: { json: { value: [contributor] } },
    })
    expect(await rightsLack(azure.cloud, 's', dev)).toEqual([
      expect.stringMatching(/^Role Based Access Control Administrator on rg-oddscast-dev/),
    ])
  })

  it('to lock are Owner’s, where the environment is protected', async () => {
    const value = [contributor, accessAdministrator]
    await using azure = await fakeAzure({ [onGroup('prod')]: { status: 404 }, [onSubscription]: { json: { value } } })
    expect(await rightsLack(azure.cloud, 's', prod)).toEqual([expect.stringMatching(/^Owner on rg-oddscast-prod/)])
    await using owners = await fakeAzure({ [onGroup('prod')]: { json: { value: [owner] } } })
    expect(await rightsLack(owners.cloud, 's', prod)).toEqual([])
  })

  it('that nobody tells stop nobody', async () => {
    await using azure = await fakeAzure({ [onGroup('dev')]: { status: 404 }, [onSubscription]: { status: 405 } })
    expect(await rightsLack(azure.cloud, 's', dev)).toEqual([])
    expect(azure.said).toEqual(['  rights could not be looked up'])
  })
})

describe('an environment', () => {
  const prod = environmentNamed('prod')
  const budget =
    'GET /arm/subscriptions/s/resourceGroups/rg-oddscast-prod/providers/Microsoft.Consumption/budgets/budget-oddscast-prod'
  const late = new Date('2027-03-04')

  it('that is not there is told by what is', () => {
    expect(() => environmentNamed('test')).toThrow(
      `There is no environment "test"; infra/azure/environments has ${environmentNames().join(', ')}`,
    )
  })

  it('needs a suffix of its own', () => {
    expect(suffixLacks({ ...prod, suffix: 'change' })).toHaveLength(1)
    expect(suffixLacks({ ...prod, suffix: 'x1' })).toEqual([])
  })

  it('whose budget would begin in the past needs another month, unless it is there already', async () => {
    await using nothing = await fakeAzure({ [budget]: { status: 404 } })
    expect(await budgetLacks(nothing.cloud, 's', prod, new Date('2026-12-04'))).toEqual([])
    expect(nothing.asked).toEqual([])
    expect(await budgetLacks(nothing.cloud, 's', prod, late)).toEqual([expect.stringContaining('budgetFrom 2026-12-01 is over')])
    await using there = await fakeAzure({ [budget]: { json: {} } })
    expect(await budgetLacks(there.cloud, 's', prod, late)).toEqual([])
  })

  it('is approved by somebody', () => {
    expect(approvalLacks(false, false)).toHaveLength(1)
    expect([approvalLacks(true, false), approvalLacks(false, true)]).toEqual([[], []])
  })
})
