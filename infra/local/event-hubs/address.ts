/** The nodes of the broker that a link can attach to. */
export type Address =
  | { node: 'cbs' }
  | { node: 'management' }
  | { node: 'hub'; hub: string }
  | { node: 'partition'; hub: string; partition: string }
  | { node: 'reader'; hub: string; group: string; partition: string }

/** Undefined for an address of a form that is not supported. Fixed words are compared without case, as the service does. */
export function parseAddress(text: string): Address | undefined {
  const [hub, ...rest] = text.replace(/^\//, '').split('/')
  if (hub === undefined || hub === '') return undefined
  const [second, third, fourth, fifth] = rest
  switch (rest.length) {
    case 0:
      if (isWord(hub, '$cbs')) return { node: 'cbs' }
      if (isWord(hub, '$management')) return { node: 'management' }
      return { node: 'hub', hub }
    case 1:
      return isWord(second, '$management') ? { node: 'management' } : undefined
    case 2:
      if (!isWord(second, 'partitions') || !third) return undefined
      return { node: 'partition', hub, partition: third }
    case 4:
      if (!isWord(second, 'consumergroups') || !third || !isWord(fourth, 'partitions') || !fifth) return undefined
      return { node: 'reader', hub, group: third, partition: fifth }
    default:
      return undefined
  }
}

/** The path of an audience such as `sb://localhost:5672/hub/Partitions/0`, in lower case; undefined if it is no URL. */
export function audiencePath(audience: string): string | undefined {
  return URL.parse(audience)
    ?.pathname.replace(/^\/|\/$/g, '')
    .toLowerCase()
}

function isWord(text: string | undefined, word: string): boolean {
  return text?.toLowerCase() === word
}
