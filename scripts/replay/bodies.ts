import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'

/** A recorded answer of a feed, still on disk: a day of them would not fit in memory. */
export type Body = { name: string; file: string; recordedAtMs: number | null }

/** In the order of their names; none where there is no such folder. */
export async function listBodies(folder: string): Promise<Body[]> {
  const all = await readdir(folder).catch(() => [])
  const files = all.filter((file) => /\.json(\.gz)?$/.test(file)).sort()
  return files.map((file) => bodyOf(folder, file))
}

export async function readBody({ file }: Pick<Body, 'file'>): Promise<Buffer> {
  const bytes = await readFile(file)
  return file.endsWith('.gz') ? promisify(gunzip)(bytes, { maxOutputLength: maxBodyBytes }) : bytes
}

export async function readJson(body: Pick<Body, 'file'>): Promise<unknown> {
  return JSON.parse((await readBody(body)).toString()) as unknown
}

/** A list of a file that may not be there. */
export async function readList(file: string): Promise<Record<string, unknown>[]> {
  const json = await readJson({ file }).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  })
  if (!Array.isArray(json)) throw new Error(`${file} holds no list`)
  return json as Record<string, unknown>[]
}

const maxBodyBytes = 64 * 1_048_576

function bodyOf(folder: string, file: string): Body {
  const name = file.replace(/\.json(\.gz)?$/, '')
  // 2021-07-11T17-14-03Z: an instant, with hyphens because file names may not hold colons everywhere.
  const recordedAtMs = Date.parse(name.replace(/T(\d\d)-(\d\d)-(\d\d)/, 'T$1:$2:$3'))
  return { name, file: path.join(folder, file), recordedAtMs: Number.isNaN(recordedAtMs) ? null : recordedAtMs }
}
