/** What the service will not do, as the caller is told over HTTP. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  readonly code: string
  readonly target: string
  readonly headers: Record<string, string>

  constructor(status: number, code: string, message: string, target = '', headers: Record<string, string> = {}) {
    super(message)
    this.status = status
    this.code = code
    this.target = target
    this.headers = headers
  }
}

/** The body of every error answer of the service. */
export const errorBody = ({ code, message, target }: Refusal): string => JSON.stringify({ code, message, target, details: [] })
