import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

const folder = path.resolve(import.meta.dirname, '../../infra/azure/queries')

/** Every question to the logs of a deployed app, as Kusto. */
export const queryFiles = () =>
  readdirSync(folder).map((file) => ({ name: path.basename(file, '.kql'), text: readFileSync(path.join(folder, file), 'utf8') }))
