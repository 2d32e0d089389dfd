import path from 'node:path'

import { deploy } from './deploy/deploy.ts'
import { environmentNamed } from './environment.ts'
import { optionsOf } from './options.ts'
import { realWorld, run } from './run.ts'
import { smoke } from './smoke/smoke.ts'

const help = `Deploys Oddscast to Azure: builds it, makes the infrastructure, puts the code on it, and sends a tick through it.

  npm run deploy -- <environment> [options]

  environment   a file of infra/azure/environments, without .json
  --yes         without asking; else Terraform's plan is shown, and it is asked
  --dry-run     builds, and shows what Terraform would change; changes nothing
  --help        this text

It needs Terraform (or OpenTofu), npm ci --prefix infra/azure, az login, and Contributor with Role Based Access Control Administrator on
the subscription, or Owner where the environment is protected; what of it lacks is said before anything begins. The subscription
is the one that az has chosen, or ARM_SUBSCRIPTION_ID. Terraform's state is where TF_STATE_… says (npm run bootstrap), else in a file here.

After a failure, the same command again goes on.
`

run('deploy', async (args) => {
  const options = optionsOf('deploy', args, help)
  if ('help' in options) return console.log(options.help)
  const root = path.resolve(import.meta.dirname, '../..')
  await deploy(environmentNamed(options.environment), options, { ...(await realWorld()), root, appDir: root, smoke })
})
