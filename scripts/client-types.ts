import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'

/**
 * The types of the client as one file, for those who take the client as one file: what tsc tells of `follow.ts`, and of everything that is
 * named in that, however far away it is declared. tsc writes one statement after the other, each from the first column, which is all the grammar
 * that is relied on here.
 */
export async function clientTypes(root: string): Promise<string> {
  const tsc = path.join(root, 'node_modules/typescript/bin/tsc')
  await promisify(execFile)(process.execPath, [tsc, '-b', path.join(root, 'functions/view/client')])
  const files = new Map<string, Promise<Declared>>()
  const declaredIn = (file: string): Promise<Declared> => {
    const known = files.get(file) ?? readFile(typesOf(root, file), 'utf8').then((text) => readDeclarations(text, file))
    files.set(file, known)
    return known
  }
  const taken = new Map<string, { file: string; text: string }>()
  const take = async (file: string, name: string): Promise<void> => {
    const { statements, imports } = await declaredIn(file)
    const text = statements.get(name)
    const elsewhere = imports.get(name)
    if (text === undefined) return elsewhere === undefined ? undefined : take(elsewhere, name)
    const known = taken.get(name)
    if (known !== undefined) {
      if (known.file !== file)
        throw new Error(`${name} is declared in ${known.file} and in ${file}: one of them needs another name`)
      return
    }
    taken.set(name, { file, text })
    for (const word of new Set(withoutComments(text).match(/\w+/g))) await take(file, word)
  }
  await take(entry, 'follow')
  const [follow, ...others] = [...taken.values()].map(({ text }) => text)
  return [follow, ...others.map((text) => text.replace(/^export declare /m, 'declare ')), 'export {};\n'].join('\n')
}

const entry = 'functions/view/client/follow.ts'

type Declared = { statements: ReadonlyMap<string, string>; imports: ReadonlyMap<string, string> }

function typesOf(root: string, file: string): string {
  const project = path.dirname(file).replaceAll('/', '-')
  return path.join(root, '.cache/types', project, file.replace(/\.ts$/, '.d.ts'))
}

function readDeclarations(text: string, file: string): Declared {
  const statements = new Map<string, string>()
  const imports = new Map<string, string>()
  let comment = ''
  for (const statement of text.split(/\n(?=\/\*\*|export |declare |import |type |interface )/)) {
    const imported = /^import (?:type )?\{(.*)\} from '(\..*)';$/s.exec(statement.trim())
    if (imported !== null) {
      const [, names = '', from = ''] = imported
      for (const name of names.split(',')) imports.set(name.replace('type ', '').trim(), path.join(path.dirname(file), from))
    } else if (statement.startsWith('/**') && !/^(export|declare) /m.test(statement)) comment = `${statement}\n`
    else {
      const name = /^(?:export )?(?:declare )?(?:type|interface|const|function|class) (\w+)/m.exec(statement)?.[1]
      if (name !== undefined) statements.set(name, comment + statement)
      comment = ''
    }
  }
  return { statements, imports }
}

const withoutComments = (text: string) => text.replaceAll(/\/\*.*?\*\//gs, '')
