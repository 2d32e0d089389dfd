import { readdirSync } from 'node:fs'
import path from 'node:path'

/** The TypeScript of a folder and of those inside it, without what is installed or made there: that is thousands of files, and nobody's here. */
export function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name)
    if (entry.isDirectory()) return ['node_modules', 'cdktf.out'].includes(entry.name) ? [] : sourceFiles(file)
    return /\.tsx?$/.test(entry.name) ? [file] : []
  })
}
