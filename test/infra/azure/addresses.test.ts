import { expect, it } from 'vitest'

import { describeAzure } from './describe-azure.ts'

describeAzure('the addresses in Terraform’s state', ({ environments, everything, synthesise, synthesised }) => {
  it.each(environments.map((environment) => [environment.name, environment] as const))(
    'of %s are what they were: a changed one is a deletion and a new resource, with whatever it held gone',
    async (name, environment) => {
      const { resource, data } = synthesised(environment)
      const lines = Object.entries({ ...resource, ...data }).flatMap(([type, named]) =>
        Object.keys(named).map((id) => `${type}.${id}`),
      )
      await expect(`${lines.sort().join('\n')}\n`).toMatchFileSnapshot(`./addresses/${name}.txt`)
    },
  )

  it('and all else that Terraform is told are the same each time', () => {
    expect(JSON.stringify(synthesise(everything))).toBe(JSON.stringify(synthesise(everything)))
  })
})
