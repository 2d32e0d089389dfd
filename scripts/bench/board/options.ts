import { parseArgs } from 'node:util'

export type Options = { minutes: number; perSecond: number; headed: boolean }

const help = `How the board fares in a real Chromium, beside the whole local stack: with PredictIt's markets as they were recorded, and with 10,000 invented selections.

  npm run bench:board -- [options]

  --minutes <n>  how long each board is watched (default 1); the heap is told after 1, 5 and 10
  --rate <n>     ticks a second (default 500)
  --headed       in a window, to be looked at
  --help         this text

CHROMIUM_PATH says which browser, ODDS_RECORDINGS where recorded bodies are. Prices go the whole way: into the hub, through dedupe and
fan-out, over the socket. Times are of one clock, from the moment at which fan-out sends a message to the frame in which the card has it.`

export function optionsOf(args: string[]): Options | { help: string } {
  const { values } = parseArgs({
    args,
    options: {
      minutes: { type: 'string', default: '1' },
      rate: { type: 'string', default: '500' },
      headed: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return { help }
  return { minutes: above0(values.minutes, '--minutes'), perSecond: above0(values.rate, '--rate'), headed: values.headed }
}

function above0(text: string, option: string): number {
  const number = Number(text)
  if (number > 0 && number < Infinity) return number
  throw new TypeError(`${option} takes a number above 0, not "${text}"`)
}
