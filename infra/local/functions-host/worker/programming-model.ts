import type { FunctionMetadata, InvocationRequest, LogLevel, TypedData } from '../rpc.ts'

/** The calls a worker makes back into `@azure/functions`, in their order. */
export type ProgrammingModel = {
  getCapabilities?(defaults: Record<string, string>): Record<string, string> | Promise<Record<string, string>>
  getInvocationModel(context: CoreContext): InvocationModel | Promise<InvocationModel>
}

export type InvocationModel = {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>
  invokeFunction(context: unknown, inputs: unknown[], callback: (...args: unknown[]) => unknown): Promise<unknown>
  getResponse(context: unknown, result: unknown): Promise<{ returnValue?: TypedData | null }>
}

export type CoreContext = {
  invocationId: string
  request: InvocationRequest
  metadata: FunctionMetadata
  state: 'preInvocationHooks' | 'postInvocationHooks' | 'invocation' | undefined
  log(level: LogLevel, category: 'user' | 'system', message: string): void
}
