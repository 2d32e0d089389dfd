import { accessSync, constants } from 'node:fs'
import path from 'node:path'

type Env = Readonly<Record<string, string | undefined>>

/** The file that a shell would start for `name`, if there is one. */
export function onPath(name: string, env: Env): string | undefined {
  const endings = process.platform === 'win32' ? (env['PATHEXT'] ?? '.EXE;.CMD').split(';') : ['']
  const folders = path.isAbsolute(name) ? [''] : (env['PATH'] ?? env['Path'] ?? '').split(path.delimiter).filter(Boolean)
  return folders.flatMap((folder) => endings.map((ending) => path.join(folder, `${name}${ending}`))).find(isExecutable)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** The one that is asked for, else Terraform, else OpenTofu, which does the same. */
export function terraformOn(env: Env): { binary: string } | { lacks: string } {
  const asked = env['TERRAFORM_BINARY_NAME']
  const names = asked ? [asked] : ['terraform', 'tofu']
  const binary = names.find((name) => onPath(name, env) !== undefined)
  if (binary !== undefined) return { binary }
  if (asked) return { lacks: `TERRAFORM_BINARY_NAME says "${asked}", and there is no such command` }
  return {
    lacks:
      'Terraform, or OpenTofu: neither is on the PATH. https://developer.hashicorp.com/terraform/install, https://opentofu.org/docs/intro/install',
  }
}
