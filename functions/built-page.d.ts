/** Made by `scripts/build.ts`: the page, bundled, by path. */
declare module 'page:files' {
  export const pageFiles: Readonly<Record<string, { type: string; text: string }>>
}

/** Made by `scripts/build.ts`: what describes the API, as text. */
declare module 'api:documents' {
  export const apiDocuments: { openApi: string; asyncApi: string }
}
