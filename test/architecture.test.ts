import { readFileSync } from 'node:fs'
import path from 'node:path'

import { describe, expect, it } from 'vitest'

import { sourceFiles } from './support/source-files.ts'

/** What each room may import from the others; its own files and npm packages of `packages` besides. */
const rooms: Record<string, { from: string[]; packages: RegExp }> = {
  'functions/book': { from: [], packages: /^@badrap\/valita$/ },
  'functions/connect': { from: ['functions/settings.ts', 'infra/names.ts'], packages: /^(@azure\/|@opentelemetry\/|node:)/ },
  'functions/http': { from: [], packages: /^node:/ },
  'functions/collect': {
    from: ['functions/book', 'functions/connect', 'functions/http', 'functions/settings.ts', 'infra/names.ts'],
    packages: /./,
  },
  'functions/dedupe': { from: ['functions/book', 'functions/connect', 'functions/settings.ts', 'infra/names.ts'], packages: /./ },
  'functions/detect': { from: ['functions/book', 'functions/connect', 'functions/settings.ts', 'infra/names.ts'], packages: /./ },
  'functions/fanout': { from: ['functions/book', 'functions/connect', 'functions/settings.ts', 'infra/names.ts'], packages: /./ },
  'functions/view/client': { from: ['functions/book'], packages: /^@badrap\/valita$/ },
  'functions/view/page': {
    from: ['functions/book', 'functions/view/client'],
    packages: /^(preact|@preact\/signals|@badrap\/valita)/,
  },
  'functions/view': {
    from: ['functions/book', 'functions/connect', 'functions/http', 'functions/settings.ts', 'infra/names.ts'],
    packages: /./,
  },
  'infra/azure': {
    from: ['infra/names.ts', 'infra/app-settings.ts'],
    packages: /^(#cdk$|#azurerm\/|constructs$|@badrap\/valita$|node:)/,
  },
  'infra/local': { from: ['infra/names.ts', 'infra/app-settings.ts'], packages: /^(node:|rhea|ws|@azure\/|@badrap\/valita)/ },
}

/** The one kind of file that may import a service's SDK. */
const sdks: [RegExp, RegExp][] = [
  [/^@azure\/functions$/, /(^functions\/main|\/function)\.ts$/],
  [/^@azure\/event-hubs$/, /\/(event-hubs?|connections)\.ts$/],
  [/^@azure\/cosmos$/, /\/(cosmos|connections)\.ts$/],
  [/^@azure\/web-pubsub$/, /\/(web-pubsub|connections)\.ts$/],
  [/^@azure\/identity$/, /\/identity\.ts$/],
  [/^@opentelemetry\//, /\/connect\/opentelemetry\.ts$/],
]

const root = path.resolve(import.meta.dirname, '..')
const files = ['functions', 'infra'].flatMap((folder) =>
  sourceFiles(path.join(root, folder)).map((file) => path.relative(root, file)),
)

function importsOf(file: string): string[] {
  const text = readFileSync(path.join(root, file), 'utf8')
  return [...text.matchAll(/(?:^|\s)(?:from|import)\s*\(?\s*'([^'$]+)'/g)].map((match) => match[1] ?? '')
}

describe('architecture', () => {
  for (const [room, { from, packages }] of Object.entries(rooms)) {
    it(`${room} imports only what it may`, () => {
      const inner = Object.keys(rooms).filter((other) => other.startsWith(`${room}/`))
      const own = files.filter((file) => file.startsWith(`${room}/`) && !inner.some((other) => file.startsWith(`${other}/`)))
      expect(own).not.toEqual([])
      const strangers = own.flatMap((file) =>
        importsOf(file)
          .map((specifier) => (specifier.startsWith('.') ? path.join(path.dirname(file), specifier) : specifier))
          .filter((target) => {
            if (!/^(functions|infra|scripts|test)\//.test(target)) return !packages.test(target)
            return (
              !target.startsWith(`${room}/`) && !from.some((allowed) => target === allowed || target.startsWith(`${allowed}/`))
            )
          })
          .map((target) => `${file} → ${target}`),
      )
      expect(strangers).toEqual([])
    })
  }

  it('only the file named for a service imports its SDK', () => {
    const strangers = files
      .filter((file) => file.startsWith('functions/'))
      .flatMap((file) =>
        importsOf(file).flatMap((target) =>
          sdks.filter(([sdk, home]) => sdk.test(target) && !home.test(file)).map(() => `${file} → ${target}`),
        ),
      )
    expect(strangers).toEqual([])
  })
})
