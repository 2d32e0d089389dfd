import { randomBytes, randomUUID } from 'node:crypto'

import type { Clock } from '../clock.ts'
import type { FunctionDefinition } from './definitions.ts'
import { retryDelayMs } from './retry.ts'
import type { InvocationRequest, RpcException, TypedData } from './rpc.ts'
import { wait } from './wait.ts'
import type { InvocationResult, Worker } from './worker-channel.ts'
import type { Workers } from './workers.ts'

export type InvocationInput = { data: TypedData; triggerMetadata: Record<string, TypedData> }

/** Made anew for each attempt, for the worker that is to run it: some inputs depend on what that worker announced. */
export type MakeInput = (worker: Pick<Worker, 'capabilities'>) => InvocationInput

/** How an input that must not be lost ended: answered one way or the other, or given up because the host is stopping. */
export type Settled = { kind: 'succeeded' } | { kind: 'failed'; error: RpcException } | { kind: 'stopped' }

export type Invocations = {
  /** One attempt, for a caller that is waiting for the answer. */
  once(definition: FunctionDefinition, makeInput: MakeInput, invocationId?: string): Promise<InvocationResult>
  /**
   * Runs an input until it is settled: again after a failure as the retry policy says, with the same invocation id, and again
   * whenever the worker was lost in the middle, as Azure delivers an input again whose checkpoint was never written. A timer has
   * no checkpoint: for it a lost worker is a failure like another.
   */
  untilSettled(definition: FunctionDefinition, makeInput: MakeInput, signal: AbortSignal): Promise<Settled>
  activity(functionName: string): Activity
}

export type Activity = {
  running: number
  succeeded: number
  failed: number
  lost: number
  totalMs: number
  last: { invocationId: string; result: InvocationResult['kind']; at: string; tookMs: number; error?: string } | undefined
}

export type InvocationsOptions = {
  workers: () => Workers
  clock: Clock
  random: () => number
  log: (event: string, fields?: object) => void
}

const waitForWorkerMs = 10_000

export function createInvocations({ workers, clock, random, log }: InvocationsOptions): Invocations {
  const activities = new Map<string, Activity>()
  const activity = (name: string): Activity => {
    const known = activities.get(name) ?? { running: 0, succeeded: 0, failed: 0, lost: 0, totalMs: 0, last: undefined }
    activities.set(name, known)
    return known
  }

  async function attempt(
    { name, bindingName }: FunctionDefinition,
    makeInput: MakeInput,
    invocationId: string,
    retryContext: InvocationRequest['retryContext'],
    signal: AbortSignal,
    waitMs?: number,
  ): Promise<InvocationResult | undefined> {
    const worker = await workers().current(signal, waitMs)
    if (worker === undefined) return undefined
    const seen = activity(name)
    const startedMs = clock.nowMs()
    seen.running += 1
    const result = await invoke(worker, makeInput, (input) => ({
      invocationId,
      functionId: name,
      inputData: [{ name: bindingName, data: input.data }],
      triggerMetadata: input.triggerMetadata,
      traceContext: { traceParent: newTraceParent(), traceState: '', attributes: {} },
      ...(retryContext === undefined ? {} : { retryContext }),
    }))
    const tookMs = clock.nowMs() - startedMs
    const error = result.kind === 'failed' ? result.error.message : result.kind === 'lost' ? result.reason : undefined
    seen.running -= 1
    seen[result.kind] += 1
    seen.totalMs += tookMs
    seen.last = {
      invocationId,
      result: result.kind,
      at: new Date(startedMs).toISOString(),
      tookMs,
      ...(error === undefined ? {} : { error }),
    }
    if (result.kind === 'failed') {
      log('function failed', { function: name, invocationId, tookMs, error, stack: result.error.stackTrace })
    } else if (result.kind === 'lost') {
      log('invocation lost', { function: name, invocationId, tookMs, reason: result.reason })
    }
    return result
  }

  return {
    activity,
    async once(definition, makeInput, invocationId = randomUUID()) {
      const { signal } = new AbortController()
      const result = await attempt(definition, makeInput, invocationId, undefined, signal, waitForWorkerMs)
      return result ?? { kind: 'lost', reason: 'no worker is running' }
    },
    async untilSettled(definition, makeInput, signal) {
      const { retry: policy } = definition
      const invocationId = randomUUID()
      let retryCount = 0
      let exception: RpcException | undefined
      while (!signal.aborted) {
        const context = policy && {
          retryCount,
          maxRetryCount: policy.maxRetryCount,
          ...(exception === undefined ? {} : { exception }),
        }
        const result = await attempt(definition, makeInput, invocationId, context, signal)
        if (result === undefined) break
        if (result.kind === 'succeeded') return { kind: 'succeeded' }
        if (result.kind === 'lost' && (definition.type !== 'timerTrigger' || signal.aborted)) continue
        const error = result.kind === 'lost' ? { message: `the worker was lost: ${result.reason}`, stackTrace: '' } : result.error
        const delayMs = policy && retryDelayMs(policy, retryCount + 1, random)
        if (delayMs === undefined) return { kind: 'failed', error }
        retryCount += 1
        exception = error
        await wait(clock, delayMs, signal)
      }
      return { kind: 'stopped' }
    },
  }
}

/** An input that cannot be made (a body that is no JSON) fails the invocation before any user code runs, as in Azure. */
async function invoke(
  worker: Worker,
  makeInput: MakeInput,
  toRequest: (input: InvocationInput) => InvocationRequest,
): Promise<InvocationResult> {
  let request: InvocationRequest
  try {
    request = toRequest(makeInput(worker))
  } catch (error) {
    const { message, stack = '' } = error instanceof Error ? error : new Error(String(error))
    return { kind: 'failed', error: { message, stackTrace: stack } }
  }
  return worker.invoke(request)
}

function newTraceParent(): string {
  const bytes = randomBytes(24).toString('hex')
  return `00-${bytes.slice(0, 32)}-${bytes.slice(32)}-00`
}
