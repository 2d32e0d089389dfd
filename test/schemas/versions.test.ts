import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'

import { schemaVersions } from '../../functions/book/schema-ids.ts'
import { adviceFor } from '../../scripts/schemas/advice.ts'
import { currentSchema, publishedSchemas, schemasFolder } from '../../scripts/schemas/files.ts'
import { incompatibilities } from '../../scripts/schemas/incompatibilities.ts'
import { messages } from '../../scripts/schemas/messages.ts'
import { unusedWords } from '../../scripts/schemas/words.ts'

describe('the schemas', () => {
  it('are there for every message, and for nothing else', () => {
    const names = Object.keys(schemaVersions).sort()
    expect(messages.map(({ name }) => name).sort()).toEqual(names)
    const folders = readdirSync(schemasFolder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    expect(folders.map(({ name }) => name).sort()).toEqual(names)
    const guide = readFileSync(path.join(schemasFolder, 'README.md'), 'utf8')
    expect(names.filter((name) => !guide.includes(`\`${name}\``))).toEqual([])
  })

  it.each(messages)('$name: the code reads and writes what its newest version says', (message) => {
    expect(adviceFor(message)).toBeUndefined()
    expect(publishedSchemas(message.name).at(-1)?.schema).toEqual(currentSchema(message))
  })

  it.each(messages)(
    '$name: every version is valid, named as its file, and one that the version before allows',
    ({ name, form }) => {
      const versions = publishedSchemas(name)
      for (const [place, { major, minor, schema }] of versions.entries()) {
        expect(new Ajv2020().validateSchema(schema)).toBe(true)
        expect(schema.$id).toBe(`urn:oddscast:${name}:${major}.${minor}`)
        const before = versions[place - 1]
        if (minor === 0) expect(major).toBe((before?.major ?? 0) + 1)
        else {
          expect(before).toMatchObject({ major, minor: minor - 1 })
          expect(incompatibilities(before?.schema ?? {}, schema, form)).toEqual([])
        }
      }
    },
  )

  it('describe every field, and no field that is gone', () => {
    for (const message of messages) currentSchema(message)
    expect(unusedWords()).toEqual([])
  })
})
