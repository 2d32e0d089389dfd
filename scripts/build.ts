import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { gzipSync } from 'node:zlib'

import { build, type Plugin } from 'esbuild'

import { apiDocuments } from './api/documents.ts'
import { appPackage } from './build/app-package.ts'
import { coldStarts, median } from './build/cold-start.ts'
import { clientTypes } from './client-types.ts'

/**
 * What ships: one CommonJS file that holds every function and, as text, the page. (As an ES module `@azure/functions` dies at start: it
 * asks for `@azure/functions-core`, which the host supplies, by a `require` made late.) The local host runs this same file.
 */
export async function buildApp(root: string, appDir = root): Promise<BuildReport> {
  const [page, client] = await Promise.all([buildPage(path.join(root, 'functions/view/page')), buildClient(root)])
  const outfile = path.join(appDir, 'dist/functions/main.cjs')
  await mkdir(path.dirname(outfile), { recursive: true })
  await build({
    entryPoints: [path.join(root, 'functions/main.ts')],
    outfile,
    bundle: true,
    minifySyntax: true,
    minifyWhitespace: true,
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    sourcemap: true,
    sourcesContent: false,
    legalComments: 'none',
    external: ['@azure/functions-core'],
    plugins: [
      madeModule('page:files', 'pageFiles', { ...page, ...client }),
      madeModule('api:documents', 'apiDocuments', apiDocuments()),
    ],
    logLevel: 'warning',
  })
  const { size } = await stat(outfile)
  const pageSizes = Object.entries(page).map(([name, { text }]) => ({
    name,
    bytes: text.length,
    gzipBytes: gzipSync(text).length,
  }))
  return { functionsBytes: size, functionsGzipBytes: gzipSync(await readFile(outfile)).length, page: pageSizes }
}

/** The worker that follows streams, in one file that plain Node runs. Here it is run as it is, so that only what ships is built. */
export async function buildStream(root: string, appDir = root): Promise<{ bytes: number; gzipBytes: number }> {
  const outfile = path.join(appDir, 'dist/stream/main.cjs')
  await build({
    entryPoints: [path.join(root, 'scripts/stream.ts')],
    outfile,
    bundle: true,
    minifySyntax: true,
    minifyWhitespace: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    sourcemap: true,
    sourcesContent: false,
    legalComments: 'none',
    logLevel: 'warning',
  })
  const built = await readFile(outfile)
  return { bytes: built.length, gzipBytes: gzipSync(built).length }
}

export type BuildReport = {
  functionsBytes: number
  functionsGzipBytes: number
  page: readonly { name: string; bytes: number; gzipBytes: number }[]
}

/** What others follow the board with: the same code as the page's, without the page, served beside it. */
export async function buildClient(root: string): Promise<BuiltPage> {
  const { outputFiles } = await build({
    entryPoints: [path.join(root, 'functions/view/client/follow.ts')],
    write: false,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2023',
    legalComments: 'none',
    logLevel: 'warning',
  })
  return { 'client.js': { type: 'text/javascript; charset=utf-8', text: outputFiles[0]?.text ?? '' } }
}

/** The same as files, with its types, for those who would rather keep a copy. */
export async function writeClient(root: string, folder: string): Promise<{ bytes: number; gzipBytes: number }> {
  const [built, types] = await Promise.all([buildClient(root), clientTypes(root)])
  const text = built['client.js']?.text ?? ''
  await mkdir(folder, { recursive: true })
  await writeFile(path.join(folder, 'oddscast-client.js'), text)
  await writeFile(path.join(folder, 'oddscast-client.d.ts'), types)
  return { bytes: text.length, gzipBytes: gzipSync(text).length }
}

type BuiltPage = Record<string, { type: string; text: string }>

export async function buildPage(folder: string): Promise<BuiltPage> {
  const { outputFiles } = await build({
    entryPoints: [path.join(folder, 'main.tsx'), path.join(folder, 'style.css')],
    outdir: folder,
    write: false,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2023',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    logLevel: 'warning',
  })
  const text = (ending: string) => outputFiles.find((file) => file.path.endsWith(ending))?.text ?? ''
  return {
    'index.html': { type: 'text/html; charset=utf-8', text: await readFile(path.join(folder, 'index.html'), 'utf8') },
    'app.js': { type: 'text/javascript; charset=utf-8', text: text('.js') },
    'style.css': { type: 'text/css; charset=utf-8', text: text('.css') },
  }
}

/** `import { pageFiles } from 'page:files'` is the built page, as `view/page-files.ts` describes it; `api:documents` is what describes the API. */
function madeModule(name: string, exported: string, value: unknown): Plugin {
  return {
    name,
    setup(build) {
      build.onResolve({ filter: new RegExp(`^${name}$`) }, () => ({ path: name, namespace: name }))
      const contents = `export const ${exported} = ${JSON.stringify(value)}`
      build.onLoad({ filter: /.*/, namespace: name }, () => ({ contents, loader: 'js' }))
    },
  }
}

if (import.meta.main) {
  const root = path.resolve(import.meta.dirname, '..')
  const report = await buildApp(root)
  const stream = await buildStream(root)
  const client = await writeClient(root, path.join(root, 'dist/client'))
  console.log(`functions  dist/functions/main.cjs ${kb(report.functionsBytes)}  gzipped ${kb(report.functionsGzipBytes)}`)
  console.log(`stream     dist/stream/main.cjs    ${kb(stream.bytes)}  gzipped ${kb(stream.gzipBytes)}`)
  console.log(`client     dist/client/                ${kb(client.bytes)}  gzipped ${kb(client.gzipBytes)}`)
  for (const { name, bytes, gzipBytes } of report.page)
    console.log(`page       ${name.padEnd(23)} ${kb(bytes)}  gzipped ${kb(gzipBytes)}`)
  const shipped = await appPackage(root)
  await writeFile(path.join(root, 'dist/functions.zip'), shipped.zip)
  const tookMs = await coldStarts(path.join(root, 'dist/functions/main.cjs'), 9)
  const holds = shipped.files.map(({ name }) => name).join(', ')
  console.log(`deployed   dist/functions.zip      ${kb(shipped.zip.length)}  ${holds}`)
  console.log(
    `cold start${`${median(tookMs).toFixed(1)} ms`.padStart(35)}  import to ready, median of ${tookMs.length} processes`,
  )
}

function kb(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KB`.padStart(10)
}
