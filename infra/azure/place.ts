/** Where a resource goes; every construct takes it. */
export type Place = { resourceGroupName: string; location: string; tags: Record<string, string> }
