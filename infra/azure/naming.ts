/** The name of every resource, made in one place, and the rule that Azure has for each. Terraform itself checks few of them before it is too late. */
export type Named = { name: string; suffix: string }

export type ResourceKind = keyof typeof rules

/** `global`: unique in all of Azure, so the suffix is part of it. */
const rules = {
  resourceGroup: { name: ({ name }: Named) => `rg-oddscast-${name}`, rule: /^[-\w.()]{1,89}[-\w()]$/ },
  identity: { name: ({ name }: Named) => `id-oddscast-${name}`, rule: /^[a-zA-Z0-9][-\w]{2,127}$/ },
  storage: { name: ({ name, suffix }: Named) => `stodds${name}${suffix}`, rule: /^[a-z0-9]{3,24}$/ },
  logs: { name: ({ name }: Named) => `log-oddscast-${name}`, rule: /^[a-zA-Z0-9][-a-zA-Z0-9]{2,61}[a-zA-Z0-9]$/ },
  insights: { name: ({ name }: Named) => `appi-oddscast-${name}`, rule: /^[-\w.()]{1,260}$/ },
  eventHubs: {
    name: ({ name, suffix }: Named) => `evhns-oddscast-${name}-${suffix}`,
    rule: /^[a-zA-Z][-a-zA-Z0-9]{4,48}[a-zA-Z0-9]$/,
  },
  schemaGroup: { name: () => 'oddscast', rule: /^[a-zA-Z0-9][-.\w]{0,48}[a-zA-Z0-9]$/ },
  cosmos: { name: ({ name, suffix }: Named) => `cosmos-oddscast-${name}-${suffix}`, rule: /^[a-z0-9][-a-z0-9]{1,42}[a-z0-9]$/ },
  webPubSub: {
    name: ({ name, suffix }: Named) => `wps-oddscast-${name}-${suffix}`,
    rule: /^[a-zA-Z][-a-zA-Z0-9]{1,61}[a-zA-Z0-9]$/,
  },
  plan: { name: ({ name }: Named) => `asp-oddscast-${name}`, rule: /^[-a-zA-Z0-9]{1,60}$/ },
  // Past 32 characters two apps may share a host id, and with it their locks and checkpoints.
  functionApp: {
    name: ({ name, suffix }: Named) => `func-oddscast-${name}-${suffix}`,
    rule: /^[a-zA-Z0-9][-a-zA-Z0-9]{0,30}[a-zA-Z0-9]$/,
  },
  keyVault: { name: ({ name, suffix }: Named) => `kv-odds-${name}-${suffix}`, rule: /^[a-zA-Z][-a-zA-Z0-9]{1,22}[a-zA-Z0-9]$/ },
  streamIdentity: { name: ({ name }: Named) => `id-oddscast-stream-${name}`, rule: /^[a-zA-Z0-9][-\w]{2,127}$/ },
  containerEnvironment: { name: ({ name }: Named) => `cae-oddscast-${name}`, rule: /^[a-zA-Z][-a-zA-Z0-9]{0,58}[a-zA-Z0-9]$/ },
  streamWorker: { name: ({ name }: Named) => `ca-oddscast-stream-${name}`, rule: /^[a-z][-a-z0-9]{0,30}[a-z0-9]$/ },
  actionGroup: { name: ({ name }: Named) => `ag-oddscast-${name}`, rule: /^[-\w.]{1,260}$/ },
  actionGroupShort: { name: ({ name }: Named) => `odds${name}`.slice(0, 12), rule: /^.{1,12}$/ },
  budget: { name: ({ name }: Named) => `budget-oddscast-${name}`, rule: /^[-\w]{1,63}$/ },
} as const

export const resourceKinds = Object.keys(rules) as readonly ResourceKind[]

export const nameOf = (kind: ResourceKind, environment: Named): string => rules[kind].name(environment)

/** The names of this environment that Azure would refuse; each with its rule. */
export function nameProblems(environment: Named): string[] {
  return resourceKinds.flatMap((kind) => {
    const name = nameOf(kind, environment)
    return rules[kind].rule.test(name) ? [] : [`name of ${kind}: "${name}" does not fit ${rules[kind].rule}`]
  })
}
