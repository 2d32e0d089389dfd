import { readFileSync } from 'node:fs'
import path from 'node:path'

import { describe, expect, it } from 'vitest'

import { sourceFiles } from '../../support/source-files.ts'
import { azureFolder } from '../../../scripts/azure/installed.ts'

const files = sourceFiles(azureFolder)

describe('the sources of infra/azure', () => {
  it('name the CDK and its bindings in package.json alone, so that a move to their successor is made there', () => {
    expect(files.length).toBeGreaterThan(20)
    expect(files.filter((file) => /['"]@?cdk(tf|tn)\b/.test(readFileSync(file, 'utf8')))).toEqual([])
  })

  it('ask neither the clock nor chance: the same environment gives the same JSON on any day', () => {
    const asks = files.filter((file) => /\bDate\.now\b|new Date\(\)|Math\.random|randomUUID/.test(readFileSync(file, 'utf8')))
    expect(asks).toEqual([])
  })

  it('read the process’s environment where they start, and in the container, alone', () => {
    const readers = files
      .filter((file) => readFileSync(file, 'utf8').includes('process.env'))
      .map((file) => path.relative(azureFolder, file))
    expect(readers.sort()).toEqual(['main.ts', 'stream/loader.ts'])
  })
})
