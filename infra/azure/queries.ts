import { readFileSync } from 'node:fs'
import path from 'node:path'

/** A question that an operator asks, as Kusto; the first line of the file is the question. */
export function query(name: string): { question: string; text: string } {
  const text = readFileSync(path.join(import.meta.dirname, 'queries', `${name}.kql`), 'utf8')
  const [first = ''] = text.split('\n')
  return { question: first.replace(/^\/\/\s*/, ''), text }
}
