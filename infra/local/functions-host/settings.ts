export type Settings = Readonly<Record<string, string | undefined>>

/** `%NAME%` inside any text of a binding stands for the app setting of that name. */
export function resolveExpressions(text: string, settings: Settings): string {
  return text.replaceAll(/%([^%]+)%/g, (_, name: string) => {
    const value = settings[name]
    if (value === undefined) throw new Error(`the app setting '${name}' is not set, which %${name}% asks for`)
    return value
  })
}

/** A trigger's `connection` names a setting; in Azure it may instead be the prefix of identity settings, which nothing local can serve. */
export function connectionString(name: string, settings: Settings): string {
  const value = settings[name]
  if (value !== undefined && value !== '') return value
  const identity = Object.keys(settings).find((key) => key.startsWith(`${name}__`))
  if (identity !== undefined) {
    throw new Error(
      `the connection '${name}' is given by identity (${identity}), which is not supported by the local host: set ${name} to a connection string`,
    )
  }
  throw new Error(`the app setting '${name}' is not set: set it to a connection string`)
}

/** The switch by which a deployed function is turned off without a new build. */
export function isDisabled(functionName: string, settings: Settings): boolean {
  const value = settings[`AzureWebJobs.${functionName}.Disabled`] ?? settings[`AzureWebJobs_${functionName}_Disabled`]
  return value === '1' || value?.toLowerCase() === 'true'
}
