import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'

import { azureFolder } from './installed.ts'
import type { Ready } from './needs/needs.ts'

type Env = Readonly<Record<string, string | undefined>>

export type CdktfRun = {
  environment: string
  ready: Ready
  env: Env
  /** Where Terraform's input is written (default: `infra/azure/cdktf.out`). */
  outDir?: string | undefined
}

export const stackOf = (environment: string) => `oddscast-${environment}`

/** `cdktf <command> <stack>` of infra/azure itself, on this Node and this subscription; what it says goes to the terminal, and it may ask there. */
export async function cdktf(
  command: string,
  args: readonly string[],
  { environment, ready, env, outDir }: CdktfRun,
): Promise<void> {
  const out = outDir === undefined ? [] : ['--output', outDir]
  const child = spawn(process.execPath, [cdktfFile(), command, stackOf(environment), ...args, ...out], {
    cwd: azureFolder,
    stdio: 'inherit',
    env: cdktfEnv(environment, ready, env),
  })
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve([code, signal]))
  })
  if (code !== 0) throw new Error(`cdktf ${command} failed (${code === null ? signal : `exit ${code}`}); what it said is above`)
}

/** The file that npm made a command of, started as it is, since only a shell could start the command on Windows. */
function cdktfFile(): string {
  const folder = path.join(azureFolder, 'node_modules/cdktf-cli')
  const { bin } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { bin: string | { cdktf: string } }
  return path.join(folder, typeof bin === 'string' ? bin : bin.cdktf)
}

function cdktfEnv(environment: string, { terraform, subscriptionId }: Ready, env: Env): NodeJS.ProcessEnv {
  return {
    ...env,
    // `node main.ts` is run by this Node, whichever else is there.
    PATH: [path.dirname(process.execPath), env['PATH'] ?? ''].join(path.delimiter),
    TERRAFORM_BINARY_NAME: terraform,
    ARM_SUBSCRIPTION_ID: subscriptionId,
    ODDSCAST_ENVIRONMENT: environment,
    CHECKPOINT_DISABLE: '1',
  }
}
