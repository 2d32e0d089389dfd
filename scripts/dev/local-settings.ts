import { readFile, writeFile } from 'node:fs/promises'

/**
 * The file that `func` and other tools read, in their shape and with the same names as on Azure. What somebody added by hand stays.
 */
export async function writeLocalSettings(file: string, ours: Readonly<Record<string, string>>): Promise<void> {
  const before = await readBefore(file)
  const values = { FUNCTIONS_WORKER_RUNTIME: 'node', AzureWebJobsStorage: 'UseDevelopmentStorage=true', ...before, ...ours }
  await writeFile(file, `${JSON.stringify({ IsEncrypted: false, Values: values }, null, 2)}\n`)
}

async function readBefore(file: string): Promise<Record<string, string>> {
  try {
    const settings = JSON.parse(await readFile(file, 'utf8')) as { Values?: Record<string, string> }
    return settings.Values ?? {}
  } catch {
    return {}
  }
}
