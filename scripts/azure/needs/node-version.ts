/** Node runs TypeScript by itself from here on, and so `infra/azure`, too. */
const [major, minor] = [22, 18]

export function nodeLacks(version: string): string[] {
  const [ownMajor = 0, ownMinor = 0] = version.replace(/^v/, '').split('.').map(Number)
  const enough = ownMajor > major || (ownMajor === major && ownMinor >= minor)
  return enough ? [] : [`Node ${major}.${minor} or newer; this is ${version}. npm run brings one of its own, after npm ci`]
}
