/** The service's own rules for what hubs, groups and events may be called. Hubs are case-insensitive, groups are not. */
const hubName = /^[A-Za-z][A-Za-z0-9_`,.[\]]{0,127}$/
const eventName = /^[a-z][a-z0-9_.-]{0,127}$/i

/** Counted in UTF-16 units, as .NET counts them. */
const longestGroupName = 1_024

export const isHubName = (name: string): boolean => hubName.test(name)
export const isEventName = (name: string): boolean => eventName.test(name)
export const isGroupName = (name: string): boolean => name.length <= longestGroupName && name.trim() !== ''
