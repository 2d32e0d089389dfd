import type { IncomingMessage, ServerResponse } from 'node:http'

import type { Activity } from './invocations.ts'

/** The host's own view of itself, under `/admin` as in Azure: what runs, when it runs next, how far it has read. */
export type AdminView = {
  status(): { state: 'Running' | 'Starting' | 'Error'; errors: readonly string[] }
  functions(): readonly { name: string; type: string; trigger: object; activity: Activity }[]
  /** Runs a timer now; `false` when there is no such function. */
  run(name: string): boolean
}

export function answerAdmin(view: AdminView, request: IncomingMessage, response: ServerResponse, path: string): void {
  const call = `${request.method} ${path}`
  if (call === 'GET /admin/host/status') {
    json(response, 200, view.status())
    return
  }
  if (call === 'GET /admin/functions') {
    json(response, 200, view.functions().map(describe))
    return
  }
  const name = /^\/admin\/functions\/([^/]+)$/.exec(path)?.[1]
  if (name === undefined) {
    json(response, 404, {
      error: `${call} is not one of the host's routes: GET /admin/functions, GET /admin/host/status, POST /admin/functions/{name}`,
    })
  } else if (request.method === 'POST') {
    runNow(view, request, response, decodeURIComponent(name))
  } else {
    const found = view.functions().find((known) => known.name === decodeURIComponent(name))
    json(
      response,
      found === undefined ? 404 : 200,
      found === undefined ? { error: `there is no function '${name}'` } : describe(found),
    )
  }
}

function runNow(view: AdminView, request: IncomingMessage, response: ServerResponse, name: string): void {
  request.resume()
  // A page of another origin may send a POST without asking; it must not be able to set off timers on the reader's machine.
  const { origin, host } = request.headers
  if (origin !== undefined && origin !== `http://${host}`) {
    json(response, 403, { error: `requests from ${origin} may not run functions` })
    return
  }
  const found = view.functions().find((known) => known.name === name)
  if (found === undefined) json(response, 404, { error: `there is no function '${name}'` })
  else if (!view.run(name))
    json(response, 400, { error: `'${name}' is of type ${found.type}: only a timerTrigger can be run now` })
  else response.writeHead(202).end()
}

function describe({ name, type, trigger, activity }: ReturnType<AdminView['functions']>[number]): object {
  const { running, succeeded, failed, lost, totalMs, last } = activity
  const settled = succeeded + failed + lost
  return { name, type, ...trigger, running, succeeded, failed, lost, meanMs: settled === 0 ? undefined : totalMs / settled, last }
}

function json(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(value))
}
