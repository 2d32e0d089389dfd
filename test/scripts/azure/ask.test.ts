import { describe, expect, it } from 'vitest'

import { ask, messageIn } from '../../../scripts/azure/cloud/ask.ts'
import { arm } from '../../../scripts/azure/cloud/arm.ts'
import { publicAzure, scopes } from '../../../scripts/azure/cloud/cloud.ts'
import { fakeAzure } from '../../support/fake-azure.ts'

const get = (url: string) => ({ what: 'thing', method: 'GET' as const, url: `${url}/thing`, scope: scopes.management })

describe('a request to Azure', () => {
  it('goes out with the token of its scope', async () => {
    await using azure = await fakeAzure({ 'GET /thing': { text: 'here' } })
    expect(await ask(azure.cloud, get(azure.url))).toMatchObject({ status: 200, text: 'here' })
    expect(azure.asked[0]?.headers['authorization']).toBe('Bearer secret token for management.azure.com')
  })

  it('waits as long as a busy service says, or a little longer each time', async () => {
    await using azure = await fakeAzure({
      'GET /thing': [{ status: 503 }, { status: 502 }, { status: 429, headers: { 'retry-after': '7' } }, {}],
    })
    await ask(azure.cloud, get(azure.url))
    expect(azure.pausedMs).toEqual([2_000, 4_000, 7_000])
    expect(azure.said).toEqual([
      '  thing: it answers 503; again in 2 s',
      '  thing: it answers 502; again in 4 s',
      '  thing: it answers 429; again in 7 s',
    ])
  })

  it('gives up in the end, and says what was answered last', async () => {
    await using azure = await fakeAzure({ 'GET /thing': { status: 503, json: { error: { message: 'closed for today' } } } })
    await expect(ask(azure.cloud, get(azure.url))).rejects.toThrow(
      /thing: 127\.0\.0\.1:\d+ answers 503: closed for today, 6 times in a row/,
    )
    expect(azure.asked).toHaveLength(6)
  })

  it('is tried again where nobody answers at all', async () => {
    await using azure = await fakeAzure({})
    const nobody = { ...get('http://127.0.0.1:9'), tries: 3 }
    await expect(ask(azure.cloud, nobody)).rejects.toThrow(/thing: 127\.0\.0\.1:9 cannot be reached \(.+\)/)
    expect(azure.pausedMs).toHaveLength(2)
  })

  it('is not repeated where it was refused', async () => {
    await using azure = await fakeAzure({ 'GET /thing': { status: 403, json: { error: { code: 'X', message: 'not you' } } } })
    await expect(ask(azure.cloud, get(azure.url))).rejects.toThrow('answers 403: not you')
    expect(azure.asked).toHaveLength(1)
  })

  it('never shows its token, nor what was sent', async () => {
    await using azure = await fakeAzure({ 'PUT /thing': { status: 400, text: 'no' } })
    const request = { ...get(azure.url), method: 'PUT' as const, json: { password: 'hidden' } }
    const failure = await ask(azure.cloud, request).catch((error: unknown) => error)
    expect(`${String(failure)} ${azure.said.join()}`).not.toMatch(/secret token|hidden/)
  })

  it.each([
    ['{"error":{"code":"C","message":"as ARM says it"}}', 'as ARM says it'],
    ['{"message":"as the vault says it"}', 'as the vault says it'],
    ['{"Message":"as Kudu says it"}', 'as Kudu says it'],
    ['<html>\n  <b>Busy</b></html>', '<html> <b>Busy</b></html>'],
    ['null', 'null'],
    ['', ''],
  ])('reads %s', (text, message) => expect(messageIn(text)).toBe(message))
})

describe('what Azure Resource Manager only promises', () => {
  const path = '/subscriptions/s/thing'
  const put = { what: 'thing', method: 'PUT' as const, path, apiVersion: '1', json: {} }
  const promised = { status: 202, headers: { location: '{url}/arm/operation' } }

  const withOperation = (answers: Parameters<typeof fakeAzure>[0]) => fakeAzure({ [`PUT /arm${path}`]: promised, ...answers })

  it('is waited for', async () => {
    await using azure = await withOperation({
      'GET /arm/operation': [{ status: 202 }, { json: { status: 'InProgress' } }, { json: { status: 'Succeeded' } }],
    })
    await arm(azure.cloud, put)
    expect(azure.requests()).toEqual([`PUT /arm${path}`, ...Array.from({ length: 3 }, () => 'GET /arm/operation')])
  })

  it('may fail', async () => {
    await using azure = await withOperation({ 'GET /arm/operation': { json: { status: 'Failed' } } })
    await expect(arm(azure.cloud, put)).rejects.toThrow('thing: failed')
  })

  it('is not waited for endlessly', async () => {
    await using azure = await withOperation({ 'GET /arm/operation': { status: 202 } })
    await expect(arm(azure.cloud, put)).rejects.toThrow('thing: not done after 10 minutes')
  })
})

describe('the site that takes an app’s code', () => {
  it('is at the app’s address, in both forms of it', () => {
    const { scmOf } = publicAzure
    expect(scmOf('https://func-oddscast-dev-x1.azurewebsites.net')).toBe('https://func-oddscast-dev-x1.scm.azurewebsites.net')
    expect(scmOf('https://func-abc123.uksouth-01.azurewebsites.net')).toBe('https://func-abc123.scm.uksouth-01.azurewebsites.net')
  })
})
