/** Made by the build: the page, bundled. */
declare module 'page:files' {
  export const pageFiles: import('./page-files.ts').PageFiles
}
