import * as v from '@badrap/valita'

import { arm } from './arm.ts'
import type { Cloud } from './cloud.ts'

/** The function app, as Azure Resource Manager knows it. */
export type App = { subscriptionId: string; resourceGroup: string; name: string }

const apiVersion = '2024-04-01'
const settings = v.object({ properties: v.record(v.string()) })
const keys = v.object({ functionKeys: v.object({ default: v.string() }) })

/**
 * Whether it had to be changed, which restarts the app. The service replaces all settings together, so the others are sent back as they
 * were; an answer without any is no answer, and sent back it would empty the app.
 */
export async function setSetting(cloud: Cloud, app: App, name: string, value: string): Promise<boolean> {
  const path = `${pathOf(app)}/config/appsettings`
  const list = await arm(cloud, { what: 'app settings', method: 'POST', path: `${path}/list`, apiVersion })
  const { properties } = settings.parse(JSON.parse(list.text), { mode: 'strip' })
  if (Object.keys(properties).length === 0) throw new Error(`app settings: ${app.name} tells none, so nothing is changed`)
  if (properties[name] === value) return false
  await arm(cloud, {
    what: 'app settings',
    method: 'PUT',
    path,
    apiVersion,
    json: { properties: { ...properties, [name]: value } },
  })
  return true
}

/** With which one may push. It exists once the host has started, and is never printed. */
export async function functionKey(cloud: Cloud, app: App): Promise<string> {
  const { text } = await arm(cloud, {
    what: 'function key',
    method: 'POST',
    path: `${pathOf(app)}/host/default/listkeys`,
    apiVersion,
    tries: 12,
    again: ({ status }) => (status === 400 || status >= 500 ? `it answers ${status}: the host may be starting` : undefined),
  })
  return keys.parse(JSON.parse(text), { mode: 'strip' }).functionKeys.default
}

const pathOf = ({ subscriptionId, resourceGroup, name }: App) =>
  `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Web/sites/${name}`
