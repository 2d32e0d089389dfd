import { parseArgs } from 'node:util'

import { typed } from './approval.ts'
import { bootstrap, type BootstrapOptions } from './bootstrap/bootstrap.ts'
import { realWorld, run } from './run.ts'

const help = `Makes the place where Terraform keeps what it made: a storage account without keys, in a group of its own. Once a subscription.

  npm run bootstrap -- [options]

  --location <region>  (default westeurope)
  --group <name>       (default rg-oddscast-state)
  --account <name>     of the storage account, unique in all of Azure (default: made of the subscription's id)
  --container <name>   (default tfstate)
  --yes                without asking
  --dry-run            says what would be made, and makes nothing
  --help               this text

It may run again: what is there already is left as it is. Another person who deploys runs it, too, and gets the right to the state.
`

run('bootstrap', async (args) => {
  const options = optionsOf(args)
  if (options === 'help') return console.log(help)
  await bootstrap(options, { ...(await realWorld()), typed })
})

function optionsOf(args: string[]): BootstrapOptions | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      location: { type: 'string', default: 'westeurope' },
      group: { type: 'string', default: 'rg-oddscast-state' },
      account: { type: 'string' },
      container: { type: 'string', default: 'tfstate' },
      yes: { type: 'boolean', default: false },
      'dry-run': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  const { location, group, account, container, yes } = values
  if (!/^[a-z0-9]+$/.test(location)) throw new Error(`--location takes a region, as in westeurope, not "${location}"`)
  if (!/^[-\w.()]{0,89}[-\w()]$/.test(group))
    throw new Error(`--group takes letters, digits, hyphens and underscores, not "${group}"`)
  if (account !== undefined && !/^[a-z0-9]{3,24}$/.test(account))
    throw new Error(`--account takes 3 to 24 small letters and digits, not "${account}"`)
  if (!/^[a-z0-9](-?[a-z0-9]){2,62}$/.test(container))
    throw new Error(`--container takes 3 to 63 small letters, digits and hyphens, not "${container}"`)
  return { location, group, account, container, yes, dryRun: values['dry-run'] }
}
