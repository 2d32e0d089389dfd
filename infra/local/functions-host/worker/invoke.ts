import { inspect } from 'node:util'

import type { FromWorker, InvocationRequest, TypedData } from '../rpc.ts'
import { toException, type Core } from './core.ts'
import type { CoreContext } from './programming-model.ts'

/** One invocation through the library: its conversions, the app's hooks around the call, and what came of it. */
export async function invoke(core: Core, request: InvocationRequest): Promise<FromWorker> {
  const { invocationId } = request
  try {
    return { kind: 'succeeded', invocationId, returnValue: await call(core, request) }
  } catch (thrown) {
    return { kind: 'failed', invocationId, error: toException(thrown) }
  }
}

async function call(core: Core, request: InvocationRequest): Promise<TypedData | null> {
  const { invocationId, functionId: functionName } = request
  const registered = core.functions.get(functionName)
  if (registered === undefined) throw new Error(`The function '${functionName}' is not part of the loaded app.`)

  let invocationContext: unknown
  const coreContext: CoreContext = {
    invocationId,
    request,
    metadata: registered.metadata,
    state: undefined,
    log: (level, category, message) => core.log({ level, category, message, functionName, invocationId, invocationContext }),
  }
  const model = await core.model().getInvocationModel(coreContext)
  const { context, inputs } = await model.getArguments()
  invocationContext = context

  const hookContext = { hookData: {}, appHookData: core.appHookData, invocationContext: context, inputs }
  const before = { ...hookContext, functionCallback: registered.callback }
  await during(coreContext, 'preInvocationHooks', () => core.runHooks('preInvocation', before))

  const after = { ...hookContext, inputs: before.inputs, result: null as unknown, error: null as unknown }
  await during(coreContext, 'invocation', async () => {
    try {
      after.result = await model.invokeFunction(context, before.inputs, before.functionCallback)
    } catch (thrown) {
      after.error = thrown instanceof Error ? thrown : new Error(`${functionName} threw ${inspect(thrown)}`, { cause: thrown })
    }
  })
  await during(coreContext, 'postInvocationHooks', () => core.runHooks('postInvocation', after))

  if (after.error instanceof Error) throw after.error
  const { returnValue } = await model.getResponse(context, after.result)
  // Without output bindings nobody reads what any other function returns.
  return returnValue && 'http' in returnValue ? returnValue : null
}

async function during(context: CoreContext, state: CoreContext['state'], step: () => Promise<void>): Promise<void> {
  context.state = state
  try {
    await step()
  } finally {
    context.state = undefined
  }
}
