import { accessSync, constants } from 'node:fs'

const places = [
  process.env['CHROMIUM_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** Flags for `playwright-core`: the tests run as root in containers, and must not call home. */
export const chromiumArgs = ['--no-sandbox', '--disable-background-networking']

/** The browser of this machine; without one, tests that need it are to be skipped, visibly. */
export function findChromium(): string | undefined {
  return places.find((place) => place !== undefined && place !== '' && isExecutable(place))
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
