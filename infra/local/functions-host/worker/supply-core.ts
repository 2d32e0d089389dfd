import Module, { registerHooks } from 'node:module'

const specifier = '@azure/functions-core'
const globalName = Symbol.for('oddscast.functions-core')

/**
 * Makes `@azure/functions-core`, which no package provides, importable. CommonJS (the library itself, and a bundle that left the
 * module external) asks through `Module.prototype.require`, which is what the real worker intercepts; an ES module that imports
 * it by name is answered by a loader hook.
 */
export function supplyCore(core: Record<string, unknown>): void {
  Reflect.set(globalThis, globalName, core)

  const prototype = Module.prototype as unknown as { require: (id: string) => unknown }
  prototype.require = new Proxy(prototype.require, {
    apply: (target, self, args: [string]) => (args[0] === specifier ? core : Reflect.apply(target, self, args)),
  })

  const url = 'functions-core:local'
  const names = Object.keys(core).join(', ')
  registerHooks({
    resolve: (asked, context, next) =>
      asked === specifier ? { url, format: 'module', shortCircuit: true } : next(asked, context),
    load: (asked, context, next) =>
      asked === url
        ? {
            format: 'module',
            shortCircuit: true,
            source: `const core = globalThis[Symbol.for('oddscast.functions-core')]\nexport const { ${names} } = core\nexport default core\n`,
          }
        : next(asked, context),
  })
}
