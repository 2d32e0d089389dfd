import { parseArgs } from 'node:util'

import { environmentNames } from './environment.ts'

export type Options = { environment: string; yes: boolean; dryRun: boolean }

/** Of the commands that are about one environment: its name, and how sure one is. */
export function optionsOf(command: string, args: string[], help: string): Options | { help: string } {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      yes: { type: 'boolean', default: false },
      'dry-run': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return { help }
  const [environment, ...more] = positionals
  if (environment === undefined || more.length > 0)
    throw new Error(`Say one environment: ${environmentNames().join(' or ')}, as in npm run ${command} -- dev`)
  return { environment, yes: values.yes, dryRun: values['dry-run'] }
}
