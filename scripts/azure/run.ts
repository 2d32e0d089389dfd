import { publicAzure } from './cloud/cloud.ts'
import { tokensOf } from './cloud/identity.ts'
import type { World } from './world.ts'

/** What a command of these scripts has around it when it is not a test. */
export async function realWorld(): Promise<World> {
  const say = (line: string) => console.log(line)
  return {
    env: process.env,
    cloud: {
      endpoints: publicAzure,
      tokens: await tokensOf(process.env),
      pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      say,
    },
    today: new Date(),
    isTerminal: process.stdin.isTTY && process.stdout.isTTY,
  }
}

/** What is wrong, in words; where that is a slip in the command line, where its options are. */
export function run(command: string, main: (args: string[]) => Promise<void>): void {
  main(process.argv.slice(2)).then(
    // An idle connection would keep the process for a while.
    () => process.exit(0),
    (error: unknown) => {
      console.error(error instanceof Error ? error.message : error)
      if (error instanceof TypeError && 'code' in error) console.error(`npm run ${command} -- --help lists the options`)
      process.exit(1)
    },
  )
}
