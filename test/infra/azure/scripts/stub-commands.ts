import { chmod, mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'

/** A Terraform that only writes down what it is asked, and tells the outputs that the test says; `STUB_FAILS` is the command that fails. */
const terraform = `
const fs = require('node:fs')
const [command = '', ...rest] = process.argv.slice(2).filter((arg) => !arg.startsWith('-chdir'))
if (!/^(version|-v)$/.test(command)) fs.appendFileSync(process.env.STUB_LOG, JSON.stringify(['terraform', command, ...rest]) + '\\n')
if (command === process.env.STUB_FAILS) { console.error('Error: no quota in this region'); process.exit(1) }
if (command === 'version') console.log(JSON.stringify({ terraform_version: '1.11.4', platform: 'linux_amd64', provider_selections: {}, terraform_outdated: false }))
if (command === '-v') console.log('Terraform v1.11.4')
if (command === 'plan') { fs.writeFileSync('plan', ''); console.log('Plan: 41 to add, 0 to change, 0 to destroy.') }
if (command === 'output') {
  const { output } = JSON.parse(fs.readFileSync('cdk.tf.json', 'utf8'))
  const told = JSON.parse(process.env.STUB_OUTPUTS)
  console.log(JSON.stringify(Object.fromEntries(Object.keys(output).map((name) => [name, { sensitive: false, type: 'string', value: told[name] ?? '' }]))))
}
`

/** An Azure CLI at which somebody is signed in, unless \`STUB_SIGNED_OUT\` is set. */
const az = `
const args = process.argv.slice(2)
if (process.env.STUB_SIGNED_OUT) { console.error("Please run 'az login' to setup account."); process.exit(1) }
if (args[1] === 'show') console.log(JSON.stringify({ id: '00000000-1111-2222-3333-444444444444', name: 'stub' }))
else {
  const resource = args[args.indexOf('--resource') + 1]
  const claims = Buffer.from(JSON.stringify({ oid: 'somebody', aud: resource })).toString('base64url')
  const accessToken = ['head', claims, 'a-secret-signature'].join('.')
  console.log(JSON.stringify({ accessToken, expiresOn: '2999-01-01 00:00:00.000000', expires_on: 32472144000, tokenType: 'Bearer' }))
}
`

/** The folder that goes onto the PATH in front of everything else. */
export async function stubCommands(folder: string, names: readonly ('terraform' | 'tofu' | 'az')[]): Promise<string> {
  const bin = path.join(folder, 'bin')
  await mkdir(bin, { recursive: true })
  for (const name of names) {
    await writeFile(path.join(bin, name), `#!${process.execPath}\n${name === 'az' ? az : terraform}`)
    await chmod(path.join(bin, name), 0o755)
  }
  return bin
}
