import * as v from '@badrap/valita'

import { nameProblems } from './naming.ts'

/**
 * What one deployment of Oddscast is to be. Everything in which `dev` and `prod` differ is here; the constructs know no environment by name.
 */
export type Environment = {
  /** Short, and part of every resource's name. */
  name: string
  /** Makes globally unique names yours: a few letters or digits of your own choice. */
  suffix: string
  location: string
  /** Resources of this environment cannot be deleted, by Terraform or by hand, until this is false again. */
  protect: boolean
  tags: Readonly<Record<string, string>>
  /** Polled by the app's timers; streamed by a worker of their own, which is made when there is one. */
  feeds: { polled: readonly string[]; streamed: readonly string[] }
  /** Settings of the app that are no secrets, by the names that the README lists: `ODDS_API_SPORTS`, `KALSHI_SCHEDULE`, `CORS_ORIGINS`. */
  settings: Readonly<Record<string, string>>
  /** Settings that are secrets: `ODDS_API_KEY`. Their values are put into the Key Vault by hand, and never into Terraform's state. */
  secrets: readonly string[]
  tickTtlDays: number
  eventHubs: { capacityUnits: number; maxCapacityUnits: number; retentionHours: number }
  /** Serverless is billed by the request, autoscale by the hour: AZURE's costs cross at about an eighth of the peak, day and night. */
  cosmos: { kind: 'serverless' } | { kind: 'autoscale'; maxThroughput: number }
  webPubSub: { sku: 'Free_F1' | 'Standard_S1' | 'Premium_P1'; units: number }
  functions: {
    nodeVersion: string
    instanceMemoryMb: 512 | 2048 | 4096
    maxInstances: number
    /** Instances that are kept warm for each of the functions between a feed and a browser; 0 saves money and costs a cold start. */
    alwaysReady: number
  }
  logs: { retentionDays: number; dailyQuotaGb: number }
  alerts: { emails: readonly string[]; monthlyBudget: number; budgetFrom: string }
  /**
   * Sign-in with Entra, by an app registration of yours (its client id): the platform checks who comes, and tells the app. Null: nobody signs
   * in, and the platform tells nothing, so that anybody could claim to be anyone; negotiating must then be anonymous.
   */
  signIn: { clientId: string } | null
  /** Object id of an Entra group whose members may read the database, for Power BI. Null: nobody may. */
  readersGroupId: string | null
}

const word = v
  .string()
  .assert((s) => /^[a-z][a-z0-9]{1,7}$/.test(s), 'takes 2 to 8 lower-case letters and digits, a letter first')
const whole = (from: number, to: number) =>
  v.number().assert((n) => Number.isInteger(n) && n >= from && n <= to, `takes a whole number from ${from} to ${to}`)
const feedName = v.string().assert((s) => /^[a-z][a-z0-9-]*$/.test(s), 'takes names of feeds, as in odds-api')
/** Not those that follow from something else that is said here, nor those of the Functions host. */
const isOwnSetting = (name: string) =>
  /^[A-Z][A-Z0-9_]*$/.test(name) &&
  !/^(EVENT_HUBS|COSMOS|WEB_PUBSUB|FEEDS|TICK_TTL_DAYS|SNAPSHOT_SCHEMA_ID|FUNCTIONS_|WEBSITE_|APPLICATIONINSIGHTS_)/.test(name)
const guid = v.string().assert((s) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(s), 'takes an object id (a GUID)')

const schema = v
  .object({
    name: word,
    suffix: v.string().assert((s) => /^[a-z0-9]{2,6}$/.test(s), 'takes 2 to 6 lower-case letters and digits'),
    location: v.string().assert((s) => /^[a-z0-9]+$/.test(s), 'takes the name of an Azure region, as in westeurope'),
    protect: v.boolean(),
    tags: v.record(v.string()),
    feeds: v.object({ polled: v.array(feedName), streamed: v.array(feedName) }),
    settings: v
      .record(v.string())
      .assert((s) => Object.keys(s).every(isOwnSetting), `takes settings of the app’s own, as in KALSHI_SCHEDULE`),
    secrets: v.array(v.string().assert(isOwnSetting, `takes names of the app’s own settings, as in ODDS_API_KEY`)),
    tickTtlDays: whole(1, 3_650),
    eventHubs: v
      .object({ capacityUnits: whole(1, 40), maxCapacityUnits: whole(1, 40), retentionHours: whole(1, 168) })
      .assert((e) => e.maxCapacityUnits >= e.capacityUnits, 'maxCapacityUnits is below capacityUnits'),
    cosmos: v.union(
      v.object({ kind: v.literal('serverless') }),
      v.object({
        kind: v.literal('autoscale'),
        maxThroughput: v.number().assert((n) => n >= 1_000 && n % 1_000 === 0, 'takes whole thousands of request units a second'),
      }),
    ),
    webPubSub: v
      .object({ sku: v.union(v.literal('Free_F1'), v.literal('Standard_S1'), v.literal('Premium_P1')), units: whole(1, 100) })
      .assert((w) => w.sku !== 'Free_F1' || w.units === 1, 'the free tier has one unit')
      .assert((w) => w.units <= 10 || w.units % 10 === 0, 'above ten, units come in tens'),
    functions: v.object({
      nodeVersion: v.union(v.literal('22'), v.literal('24')),
      instanceMemoryMb: v.union(v.literal(512), v.literal(2048), v.literal(4096)),
      maxInstances: whole(40, 1_000),
      alwaysReady: whole(0, 20),
    }),
    logs: v.object({
      retentionDays: whole(30, 730),
      dailyQuotaGb: v.number().assert((n) => n >= 0.05, 'takes at least 0.05 GB'),
    }),
    alerts: v.object({
      emails: v.array(v.string().assert((s) => /^[^@\s]+@[^@\s]+$/.test(s), 'takes e-mail addresses')),
      monthlyBudget: v.number().assert((n) => n > 0, 'takes an amount above 0, in the currency of the subscription'),
      budgetFrom: v.string().assert((s) => /^\d{4}-(0[1-9]|1[0-2])-01$/.test(s), 'takes the first of a month, as in 2026-12-01'),
    }),
    signIn: v.object({ clientId: guid }).nullable(),
    readersGroupId: guid.nullable(),
  })
  .assert(
    ({ settings, secrets }) => secrets.every((name) => settings[name] === undefined),
    'what is a secret cannot be among settings too',
  )
  .assert(
    ({ settings, signIn }) => settings['NEGOTIATE'] !== 'authenticated' || signIn !== null,
    'NEGOTIATE is authenticated, and nobody can sign in: signIn is null',
  )

/** Checks a whole environment and its names; every fault is in the error, with the way to it. */
export function readEnvironment(raw: unknown): Environment {
  const result = schema.try(raw, { mode: 'strict' })
  const faults = result.ok
    ? nameProblems(result.value)
    : result.issues.map((issue) => `${issue.path.join('.') || 'environment'}: ${complaint(issue)}`)
  if (!result.ok || faults.length > 0) throw new EnvironmentError(faults)
  return result.value
}

function complaint(issue: v.Err['issues'][number]): string {
  if (issue.code === 'custom_error') return issue.message ?? 'not acceptable'
  if (issue.code === 'invalid_type') return `expected ${issue.expected.join(' or ')}`
  if (issue.code === 'invalid_literal') return `takes ${issue.expected.map(String).join(' or ')}`
  if (issue.code === 'unrecognized_keys') return `unknown: ${issue.keys.join(', ')}`
  return issue.code.replaceAll('_', ' ')
}

export class EnvironmentError extends Error {
  readonly faults: readonly string[]
  constructor(faults: readonly string[]) {
    super(`The environment cannot be deployed:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`)
    this.name = 'EnvironmentError'
    this.faults = faults
  }
}
