import { describe, expect, it } from 'vitest'

import { readHostJson } from '../../infra/local/functions-host/app-files.ts'
import { defineFunctions } from '../../infra/local/functions-host/definitions.ts'
import { retryDelayMs } from '../../infra/local/functions-host/retry.ts'
import { connectionString, isDisabled, resolveExpressions } from '../../infra/local/functions-host/settings.ts'

describe('app settings', () => {
  it('stand wherever a binding says %NAME%', () => {
    expect(resolveExpressions('a-%X%-%Y%', { X: '1', Y: '2' })).toBe('a-1-2')
    expect(() => resolveExpressions('%GONE%', {})).toThrow("'GONE' is not set")
  })

  it('hold the connection a trigger names, which may not be an identity here', () => {
    expect(connectionString('HUB', { HUB: 'Endpoint=x' })).toBe('Endpoint=x')
    expect(() => connectionString('HUB', { HUB__fullyQualifiedNamespace: 'x' })).toThrow('HUB__fullyQualifiedNamespace')
    expect(() => connectionString('HUB', {})).toThrow("'HUB' is not set")
  })

  it('turn a function off', () => {
    expect(isDisabled('a', { 'AzureWebJobs.a.Disabled': 'True' })).toBe(true)
    expect(isDisabled('a', { AzureWebJobs_a_Disabled: '1' })).toBe(true)
    expect(isDisabled('a', { 'AzureWebJobs.a.Disabled': 'false' })).toBe(false)
  })
})

describe('host.json', () => {
  it('has the defaults of Azure', () => {
    expect(readHostJson('\uFEFF{"version":"2.0"}')).toEqual({
      routePrefix: 'api',
      functionTimeoutMs: 1_800_000,
      onlyFunctions: undefined,
      eventHubs: { maxEventBatchSize: 100, prefetchCount: 300, batchCheckpointFrequency: 1, start: { kind: 'earliest' } },
    })
  })

  it('is refused where it asks for what the local host cannot do, or what nobody can', () => {
    const withHubs = (eventHubs: object) => JSON.stringify({ version: '2.0', extensions: { eventHubs } })
    expect(() => readHostJson(withHubs({ minEventBatchSize: 2 }))).toThrow('minEventBatchSize')
    expect(() => readHostJson(withHubs({ initialOffsetOptions: { type: 'fromMiddle' } }))).toThrow('fromMiddle')
    expect(() => readHostJson('{"version":"3.0"}')).toThrow('host.json')
    expect(() => readHostJson('{"version":"2.0","functionTimeout":"soon"}')).toThrow('functionTimeout')
    expect(() => readHostJson('{')).toThrow('host.json is not JSON')
  })
})

describe('what an app registered', () => {
  const timer = (name: string, schedule: string) => ({
    name,
    bindings: { timer: { type: 'timerTrigger', direction: 'in', schedule } },
  })

  it('is defined in the order of its names, without what is turned off or left out', () => {
    const registered = ['c', 'a', 'b'].map((name) => timer(name, '0 * * * * *'))
    const definitions = defineFunctions(registered, { 'AzureWebJobs.a.Disabled': '1' }, ['a', 'b', 'c'])
    expect(definitions.map(({ name }) => name)).toEqual(['b', 'c'])
    expect(defineFunctions(registered, {}, ['b']).map(({ name }) => name)).toEqual(['b'])
  })

  it('is refused for a schedule that Azure would refuse', () => {
    expect(() => defineFunctions([timer('poll', '0 0 0 * * 7')], {})).toThrow('poll: ')
  })
})

describe('a retry policy', () => {
  it('waits the same time before each of its retries', () => {
    const policy = { kind: 'fixedDelay', maxRetryCount: 2, delayMs: 3_000 } as const
    expect([1, 2, 3].map((retry) => retryDelayMs(policy, retry, Math.random))).toEqual([3_000, 3_000, undefined])
  })

  it('waits ever longer, spread by a fifth, up to its maximum, and without end when it says so', () => {
    const policy = { kind: 'exponentialBackoff', maxRetryCount: -1, minimumMs: 1_000, maximumMs: 30_000 } as const
    const delays = (random: number) => [1, 2, 3, 10_000].map((retry) => retryDelayMs(policy, retry, () => random))
    expect(delays(0.5)).toEqual([2_000, 3_000, 5_000, 30_000])
    expect(delays(0)).toEqual([1_800, 2_600, 4_200, 30_000])
  })
})
