/** When this worker began to load the app. Imported before all else. */
export const begunAtMs = performance.now()
