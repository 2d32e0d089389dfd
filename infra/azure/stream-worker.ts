import { readFileSync } from 'node:fs'
import path from 'node:path'

import { Construct } from 'constructs'

import { ContainerApp } from '#azurerm/container-app'
import { ContainerAppEnvironment } from '#azurerm/container-app-environment'
import type { ITerraformDependable } from '#cdk'

import type { Environment } from './environments.ts'
import { nameOf } from './naming.ts'
import type { Observability } from './observability.ts'
import type { Place } from './place.ts'

export type StreamWorkerProps = {
  identity: { id: string; clientId: string }
  observability: Observability
  /** Where `npm run deploy` puts `dist/stream/main.cjs`. */
  bundleUrl: string
  settings: Record<string, string>
  dependsOn: ITerraformDependable[]
}

/** Anybody's: what is ours comes by `stream/loader.ts`. */
const image = 'docker.io/library/node:24-slim'

/**
 * The feeds that keep a socket open, which no function can: one container, always one, since two would only say everything twice. A new
 * revision runs beside the old one for a moment, and dedupe sees to that.
 */
export class StreamWorker extends Construct {
  readonly name: string

  constructor(scope: Construct, id: string, place: Place, environment: Environment, props: StreamWorkerProps) {
    super(scope, id)
    const { identity, observability, bundleUrl } = props
    const surroundings = new ContainerAppEnvironment(this, 'environment', {
      ...place,
      name: nameOf('containerEnvironment', environment),
      // The other way to the workspace goes by its key, and that is off.
      logsDestination: 'azure-monitor',
    })
    observability.diagnose(this, surroundings.id, { logs: 'all' })
    const env = { ...props.settings, BUNDLE_URL: bundleUrl, AZURE_CLIENT_ID: identity.clientId }
    const worker = new ContainerApp(this, 'worker', {
      name: nameOf('streamWorker', environment),
      resourceGroupName: place.resourceGroupName,
      containerAppEnvironmentId: surroundings.id,
      revisionMode: 'Single',
      identity: { type: 'UserAssigned', identityIds: [identity.id] },
      template: {
        minReplicas: 1,
        maxReplicas: 1,
        terminationGracePeriodSeconds: 30,
        container: [
          {
            name: 'stream',
            image,
            cpu: 0.5,
            memory: '1Gi',
            command: ['node', '--input-type=module-typescript', '--eval', loader()],
            env: Object.entries(env).map(([name, value]) => ({ name, value })),
          },
        ],
      },
      dependsOn: props.dependsOn,
      tags: place.tags,
    })
    this.name = worker.name
  }
}

/** With `${` kept from Terraform, which would take it for its own. */
function loader(): string {
  return readFileSync(path.join(import.meta.dirname, 'stream/loader.ts'), 'utf8').replaceAll('${', () => '$${')
}
