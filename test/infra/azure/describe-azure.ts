import { describe, it } from 'vitest'

import { isInstalled } from '../../../scripts/azure/installed.ts'
import type * as Azure from './project.ts'

const project: typeof Azure | undefined = isInstalled() ? await import('./project.ts') : undefined

/** A suite about the CDKTF project, which is skipped, and says so, where its packages are not and could not be installed. */
export function describeAzure(name: string, suite: (azure: typeof Azure) => void): void {
  if (project === undefined) describe.skip(name, () => it('needs infra/azure to be installed: npm ci --prefix infra/azure'))
  else describe(name, () => suite(project))
}
