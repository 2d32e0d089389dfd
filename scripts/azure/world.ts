import type { Cloud } from './cloud/cloud.ts'

/** All that a command sees of what is around it. */
export type World = {
  env: Readonly<Record<string, string | undefined>>
  cloud: Cloud
  today: Date
  /** Whether somebody is there who can be asked. */
  isTerminal: boolean
  /** Where Terraform's input is written (default: `infra/azure/cdktf.out`). */
  outDir?: string | undefined
}
