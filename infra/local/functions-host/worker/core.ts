import { inspect } from 'node:util'

import type { FromWorker, FunctionMetadata, LogLevel, RpcException } from '../rpc.ts'
import type { ProgrammingModel } from './programming-model.ts'

/**
 * `@azure/functions` reaches its runtime through one module that exists only inside a worker, `@azure/functions-core`. This is
 * that module for one app: what the app registers on it while it loads, and the hooks it wants called.
 */
export type Core = {
  module: Record<string, unknown>
  functions: ReadonlyMap<string, RegisteredFunction>
  model(): ProgrammingModel
  /** After the app has loaded, a registration is an error, as it is in Azure. */
  lock(): void
  runHooks(name: string, context: object): Promise<void>
  log(entry: LogEntry): void
  appHookData: Record<string, unknown>
  appLevelHookData: Record<string, unknown>
}

export type RegisteredFunction = { metadata: FunctionMetadata; callback: (...args: unknown[]) => unknown }
export type LogEntry = {
  level: LogLevel
  category: 'user' | 'system'
  message: string
  functionName: string | null
  invocationId: string | null
  invocationContext?: unknown
}

type Hook = (context: object) => unknown

const hookNames = ['preInvocation', 'postInvocation', 'appStart', 'appTerminate', 'log']

export function createCore(send: (message: FromWorker) => void): Core {
  const functions = new Map<string, RegisteredFunction>()
  const hooks = new Map<string, Hook[]>(hookNames.map((name) => [name, []]))
  const appHookData: Record<string, unknown> = {}
  const appLevelHookData: Record<string, unknown> = {}
  let programmingModel: ProgrammingModel | undefined
  let locked = false

  const log = (entry: LogEntry) => {
    const { invocationContext, ...said } = entry
    const context = { ...said, hookData: appLevelHookData, appHookData, invocationContext }
    for (const hook of hooks.get('log') ?? []) hook(context)
    // A log hook may rewrite what the app says, never what the runtime says.
    const { level, message } = entry.category === 'user' ? context : said
    send({ kind: 'log', ...said, level, message })
  }

  const module = {
    version: 'local',
    hostVersion: '4.1052.200',
    Disposable,
    registerFunction(metadata: FunctionMetadata, callback: RegisteredFunction['callback']) {
      if (locked) throw new Error('A function can only be registered during app startup.')
      if (functions.has(metadata.name)) throw new Error(`The function '${metadata.name}' is registered twice.`)
      functions.set(metadata.name, { metadata, callback })
      return new Disposable(() => functions.delete(metadata.name))
    },
    registerHook(name: string, hook: Hook) {
      const known = hooks.get(name)
      if (known === undefined)
        throw Object.assign(new RangeError(`Unrecognized hook '${name}'`), { isAzureFunctionsSystemError: true })
      known.push(hook)
      return new Disposable(() => void known.splice(known.indexOf(hook), 1))
    },
    setProgrammingModel(model: ProgrammingModel) {
      programmingModel = model
    },
    getProgrammingModel: () => programmingModel,
    log(level: LogLevel, category: 'user' | 'system', message: string) {
      log({ level, category, message, functionName: null, invocationId: null })
    },
  }

  return {
    module,
    functions,
    model() {
      if (programmingModel === undefined) {
        throw new Error('The app registered nothing through @azure/functions: does its entry file import its functions?')
      }
      return programmingModel
    },
    lock() {
      locked = true
    },
    async runHooks(name, context) {
      for (const hook of hooks.get(name) ?? []) await hook(context)
    },
    log,
    appHookData,
    appLevelHookData,
  }
}

export function toException(thrown: unknown): RpcException {
  if (thrown instanceof Error) return { message: thrown.message, stackTrace: thrown.stack ?? '' }
  return { message: inspect(thrown), stackTrace: '' }
}

class Disposable {
  static from(...others: readonly { dispose(): unknown }[]): Disposable {
    return new Disposable(() => {
      for (const other of others) other.dispose()
    })
  }
  #onDispose: (() => unknown) | undefined
  constructor(onDispose: () => unknown) {
    this.#onDispose = onDispose
  }
  dispose(): void {
    this.#onDispose?.()
    this.#onDispose = undefined
  }
}
