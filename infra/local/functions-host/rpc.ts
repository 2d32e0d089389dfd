/**
 * The part of `FunctionRpc.proto` that `@azure/functions` sees: what the real host sends its Node worker, with the shapes that
 * the library converts from and to. Bytes stay bytes; the channel between host and worker carries them as they are.
 */
export type TypedData =
  | { string: string }
  | { json: string }
  | { bytes: Uint8Array }
  | { int: number }
  | { double: number }
  | { http: RpcHttp }
  | { collectionBytes: { bytes: readonly Uint8Array[] } }
  | { collectionString: { string: readonly string[] } }
  | { collectionSint64: { sint64: readonly number[] } }

export type Nullable<T> = { value?: T } | null | undefined
export type RpcHttp = {
  url?: string
  method?: string
  statusCode?: string
  headers?: Record<string, string>
  nullableHeaders?: Record<string, { value: string }>
  nullableQuery?: Record<string, { value: string }>
  nullableParams?: Record<string, { value: string }>
  body?: TypedData | null
  cookies?: readonly RpcCookie[]
}

export type RpcCookie = {
  name: string
  value: string
  domain?: Nullable<string>
  path?: Nullable<string>
  expires?: Nullable<{ seconds: number }>
  secure?: Nullable<boolean>
  httpOnly?: Nullable<boolean>
  sameSite?: 'none' | 'lax' | 'strict' | 'explicitNone'
  maxAge?: Nullable<number>
}

export type RpcException = { message: string; stackTrace: string }

export type Binding = { type: string; direction: string } & Record<string, unknown>

export type FunctionMetadata = {
  name: string
  bindings: Record<string, Binding>
  retryOptions?: Record<string, unknown>
}

export type InvocationRequest = {
  invocationId: string
  functionId: string
  inputData: readonly { name: string; data: TypedData }[]
  triggerMetadata: Record<string, TypedData>
  traceContext: { traceParent: string; traceState: string; attributes: Record<string, string> }
  retryContext?: { retryCount: number; maxRetryCount: number; exception?: RpcException }
}

export type LogLevel = 'trace' | 'debug' | 'information' | 'warning' | 'error' | 'critical' | 'none'

export type ToWorker =
  | { kind: 'load'; appDir: string; entryFiles: readonly string[] }
  | { kind: 'invoke'; request: InvocationRequest }
  | { kind: 'terminate' }

export type FromWorker =
  | { kind: 'loaded'; functions: readonly FunctionMetadata[]; capabilities: Record<string, string> }
  | { kind: 'not-loaded'; message: string }
  | { kind: 'succeeded'; invocationId: string; returnValue: TypedData | null }
  | { kind: 'failed'; invocationId: string; error: RpcException }
  | {
      kind: 'log'
      level: LogLevel
      category: 'user' | 'system'
      message: string
      functionName: string | null
      invocationId: string | null
    }
