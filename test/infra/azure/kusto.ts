import { createRequire } from 'node:module'
import path from 'node:path'

import { azureFolder } from '../../../scripts/azure/installed.ts'

/** As much of Kusto's own language service as is asked here; it is made of C#, and comes without types that could be used. */
type Kusto = {
  Language: {
    KustoCode: { ParseAndAnalyze(query: string, globals: unknown): { GetDiagnostics(): unknown } }
    GlobalState: { Default: { WithDatabase(database: unknown): unknown } }
    Symbols: {
      TableSymbol: { From(columns: string): { WithName(name: string): unknown } }
      DatabaseSymbol: { ctor: new (name: string, members: unknown[]) => unknown }
    }
  }
}
type Diagnostic = { Severity: string; Message: string }

export type CheckQuery = (query: string) => string[]

/** What Microsoft's own parser finds wrong with a query over these tables: in its grammar, and in the names and types it uses. */
export function kustoChecker(tables: Readonly<Record<string, string>>): CheckQuery | undefined {
  const load = createRequire(path.join(azureFolder, 'package.json'))
  try {
    load('@kusto/language-service-next/bridge.min.js')
    load('@kusto/language-service-next/Kusto.Language.Bridge.min.js')
  } catch {
    return undefined
  }
  // Both put themselves beside the globals.
  const { Kusto, Bridge } = globalThis as unknown as { Kusto: Kusto; Bridge: { toArray(list: unknown): Diagnostic[] } }
  const { KustoCode, GlobalState, Symbols } = Kusto.Language
  const members = Object.entries(tables).map(([name, columns]) => Symbols.TableSymbol.From(`(${columns})`).WithName(name))
  const globals = GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.ctor('workspace', members))
  return (query) =>
    Bridge.toArray(KustoCode.ParseAndAnalyze(query, globals).GetDiagnostics()).map(
      ({ Severity, Message }) => `${Severity}: ${Message}`,
    )
}
