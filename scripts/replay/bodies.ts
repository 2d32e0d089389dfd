import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'

/** A recorded answer of a feed, still on disk: a day of them would not fit in memory. */
export type Body = { name: string; file: string; recordedAtMs: number | null }

export async function listBodies(folder: string): Promise<[Body, ...Body[]]> {
  const all = await readdir(folder).catch(() => [])
  const files = all.filter((file) => /\.json(\.gz)?$/.test(file)).sort()
  const [first, ...rest] = files.map((file) => bodyOf(folder, file))
  if (first === undefined)
    throw new Error(`${folder} holds no *.json or *.json.gz. Name a folder of recorded bodies with --folder`)
  return [first, ...rest]
}

export async function readBody({ file }: Body): Promise<Buffer> {
  const bytes = await readFile(file)
  return file.endsWith('.gz') ? promisify(gunzip)(bytes, { maxOutputLength: maxBodyBytes }) : bytes
}

const maxBodyBytes = 64 * 1_048_576

function bodyOf(folder: string, file: string): Body {
  const name = file.replace(/\.json(\.gz)?$/, '')
  // 2021-07-11T17-14-03Z: an instant, with hyphens because file names may not hold colons everywhere.
  const recordedAtMs = Date.parse(name.replace(/T(\d\d)-(\d\d)-(\d\d)/, 'T$1:$2:$3'))
  return { name, file: path.join(folder, file), recordedAtMs: Number.isNaN(recordedAtMs) ? null : recordedAtMs }
}
