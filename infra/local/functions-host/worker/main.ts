/**
 * The process that runs the app's code: it is told what to load, says which functions that registered, then answers
 * invocations until it is told to end or its host is gone. User code lives here alone, so that it can crash, be replaced by its
 * next version or be looked at with a debugger while the host goes on holding partitions, leases and connections.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Server } from 'node:net'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

import type { FromWorker, FunctionMetadata, ToWorker } from '../rpc.ts'
import { createCore, toException } from './core.ts'
import { invoke } from './invoke.ts'
import { supplyCore } from './supply-core.ts'

/** What the real worker announces before the library has added its own. */
const defaultCapabilities = {
  RawHttpBodyBytes: 'true',
  RpcHttpTriggerMetadataRemoved: 'true',
  RpcHttpBodyOnly: 'true',
  UseNullableValueDictionaryForHttp: 'true',
  TypedDataCollection: 'true',
  WorkerStatus: 'true',
  HandlesWorkerTerminateMessage: 'true',
}

const send = (message: FromWorker) => {
  if (process.connected) process.send?.(message)
}
const core = createCore(send)
supplyCore(core.module)

// A worker without its host would hold the app's timers and sockets for ever.
process.on('disconnect', () => process.exit(0))
process.on('message', (message: ToWorker) => {
  switch (message.kind) {
    case 'load':
      void load(message.appDir, message.entryFiles)
      return
    case 'invoke':
      void invoke(core, message.request).then(send)
      return
    case 'terminate':
      void terminate()
      return
  }
})
// The terminal's Ctrl-C reaches the whole process group: the host decides when this process ends.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})

async function load(appDir: string, entryFiles: readonly string[]): Promise<void> {
  try {
    for (const file of entryFiles) await loadFile(appDir, file)
    const { appHookData, appLevelHookData: hookData } = core
    await core.runHooks('appStart', { hookData, appHookData, functionAppDirectory: appDir })
    core.lock()
    const capabilities = await listeningOnLoopback(async () => core.model().getCapabilities?.({ ...defaultCapabilities }))
    const functions = [...core.functions.values()].map(({ metadata }) => JSON.parse(JSON.stringify(metadata)) as FunctionMetadata)
    send({ kind: 'loaded', functions, capabilities: capabilities ?? defaultCapabilities })
  } catch (thrown) {
    const { message, stackTrace } = toException(thrown)
    send({ kind: 'not-loaded', message: stackTrace === '' ? message : stackTrace })
  }
}

async function loadFile(appDir: string, file: string): Promise<void> {
  const { type } = JSON.parse(readFileSync(path.join(appDir, 'package.json'), 'utf8')) as { type?: string }
  const extension = path.extname(file)
  const isCommonJs = extension === '.cjs' || extension === '.cts' || (extension === '.js' && type !== 'module')
  if (isCommonJs) createRequire(file)(file)
  else await import(pathToFileURL(file).href)
}

/** With HTTP streaming the library opens a server on every interface of the machine; here it must stay on this one. */
async function listeningOnLoopback<T>(step: () => Promise<T>): Promise<T> {
  const prototype = Server.prototype as { listen: (...args: unknown[]) => unknown }
  const { listen } = prototype
  prototype.listen = function listenOnLoopback(this: Server, ...args) {
    const [port, rest] = typeof args[0] === 'number' ? [args[0], args.slice(1)] : [0, args]
    return listen.call(this, port, '127.0.0.1', ...rest)
  }
  try {
    return await step()
  } finally {
    prototype.listen = listen
  }
}

async function terminate(): Promise<void> {
  const { appHookData, appLevelHookData: hookData } = core
  try {
    await core.runHooks('appTerminate', { hookData, appHookData })
  } catch (thrown) {
    console.error(`an appTerminate hook failed: ${toException(thrown).message}`)
  }
  process.exit(0)
}
