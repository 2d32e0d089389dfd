import { cdktf } from './cdktf.ts'
import { environmentNamed } from './environment.ts'
import { readyFor } from './needs/needs.ts'
import { optionsOf } from './options.ts'
import { realWorld, run } from './run.ts'

const help = `Shows what Terraform would change in an environment, and changes nothing.

  npm run diff -- <environment>

  environment   a file of infra/azure/environments, without .json
  --help        this text
`

run('diff', async (args) => {
  const options = optionsOf('diff', args, help)
  if ('help' in options) return console.log(options.help)
  const { cloud, env, today } = await realWorld()
  const environment = environmentNamed(options.environment)
  const ready = await readyFor(environment, cloud, env, today)
  await cdktf('diff', [], { environment: environment.name, ready, env })
})
