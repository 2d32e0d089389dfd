import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'

import { builtApp } from '../../../support/whole-stack.ts'
import type { Synthesised } from '../project.ts'
import { only } from './resources.ts'

/** One function as the built app registers it, with the setting names that its trigger takes already looked up. */
export type Registered = { name: string; trigger: { type: string } & Record<string, unknown> }

/** The built app, loaded with no other settings than those that the stack gives it. */
export async function registered(settings: Readonly<Record<string, string>>): Promise<Registered[]> {
  const bundle = path.join(await builtApp(), 'dist/functions/main.cjs')
  const list = path.join(import.meta.dirname, 'list-functions.ts')
  const env = { PATH: process.env['PATH'] ?? '', ...arrived(settings) }
  const { stdout } = await promisify(execFile)(process.execPath, [list, bundle], { env, timeout: 30_000 }).catch(whyNot)
  const functions = JSON.parse(stdout) as { name: string; bindings: Record<string, Registered['trigger']> }[]
  return functions.map(({ name, bindings }) => {
    const trigger = Object.values(bindings).find(({ type }) => /trigger$/i.test(type))
    if (trigger === undefined) throw new Error(`${name} has no trigger`)
    return { name, trigger }
  })
}

/** Without the line of the bundle that Node quotes, which is all of it. */
function whyNot(error: { stderr?: string }): never {
  const [, ...said] = (error.stderr ?? '').split(/^(?=\w*Error: )/m)
  throw new Error(`the app does not start with these settings: ${said.join('').slice(0, 1_000)}`)
}

const guid = '11111111-2222-4333-8444-555555555555'

/** As the app will see them: Terraform has put in what it refers to, and the host the secrets. */
export function arrived(settings: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [
      name,
      value.startsWith('@Microsoft.KeyVault(')
        ? 'a-secret'
        : value.replaceAll(/\$\{([^}]*)\}/g, (_, reference: string) => (reference.endsWith('_id') ? guid : 'arrived')),
    ]),
  )
}

export function settingsOfApp({ resource }: Synthesised): Record<string, string> {
  return only(resource, 'azurerm_function_app_flex_consumption')['app_settings'] as Record<string, string>
}

export function settingsOfWorker({ resource }: Synthesised): Record<string, string> | undefined {
  if (resource['azurerm_container_app'] === undefined) return undefined
  const { container } = only(resource, 'azurerm_container_app')['template'] as {
    container: { env: { name: string; value: string }[] }[]
  }
  return Object.fromEntries(container.flatMap(({ env }) => env.map(({ name, value }) => [name, value])))
}

const root = path.resolve(import.meta.dirname, '../../../..')

/** The text of everything that the bundle is made of, the page aside: where the code says what it uses. */
export function sources(): string {
  const folder = path.join(root, 'functions')
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.parentPath.includes(path.join('view', 'page')))
    .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), 'utf8'))
    .join('\n')
}
