import { readFile } from 'node:fs/promises'
import path from 'node:path'

import { zip, type ZipEntry } from './zip.ts'

export type AppPackage = { zip: Buffer<ArrayBuffer>; files: readonly { name: string; bytes: number }[] }

const bundle = 'dist/functions/main.cjs'

/**
 * What is put on Azure: the bundle, `host.json` and a `package.json` that says no more than where the bundle is. One that listed
 * dependencies would invite the platform to install them.
 */
export async function appPackage(root: string, appDir = root): Promise<AppPackage> {
  const entries: ZipEntry[] = [
    { name: 'host.json', bytes: await readFile(path.join(root, 'host.json')) },
    { name: 'package.json', bytes: Buffer.from(shippedPackage(await readFile(path.join(root, 'package.json'), 'utf8'))) },
    { name: bundle, bytes: await readFile(path.join(appDir, bundle)) },
  ]
  return { zip: zip(entries), files: entries.map(({ name, bytes }) => ({ name, bytes: bytes.length })) }
}

function shippedPackage(text: string): string {
  const { name, version, type } = JSON.parse(text) as Record<string, unknown>
  return `${JSON.stringify({ name, version, private: true, type, main: bundle }, undefined, 2)}\n`
}
