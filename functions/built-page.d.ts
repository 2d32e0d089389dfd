/** Made by `scripts/build.ts`: the page, bundled, by path. */
declare module 'page:files' {
  export const pageFiles: Readonly<Record<string, { type: string; text: string }>>
}
