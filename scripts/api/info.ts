import { readFileSync } from 'node:fs'
import path from 'node:path'

const { version } = JSON.parse(readFileSync(path.resolve(import.meta.dirname, '../../package.json'), 'utf8')) as {
  version: string
}

export const info = (description: string) => ({
  title: 'Oddscast',
  version,
  description,
  license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
})
