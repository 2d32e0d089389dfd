import { destroy } from './destroy/destroy.ts'
import { typed } from './approval.ts'
import { environmentNamed } from './environment.ts'
import { optionsOf } from './options.ts'
import { realWorld, run } from './run.ts'

const help = `Takes an environment down, with all that it keeps.

  npm run destroy -- <environment> [options]

  environment   a file of infra/azure/environments, without .json
  --yes         without asking; else its name must be typed
  --dry-run     says what would be taken down, and takes nothing down
  --help        this text

One that is protected is not taken down: set protect to false in its file, and deploy that first.
`

run('destroy', async (args) => {
  const options = optionsOf('destroy', args, help)
  if ('help' in options) return console.log(options.help)
  await destroy(environmentNamed(options.environment), options, { ...(await realWorld()), typed })
})
