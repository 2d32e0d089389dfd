/** The part of Cosmos DB's SQL that this server understands. */
import type { Json } from '../json.ts'

export type Query = {
  select: Selection
  distinct: boolean
  where: Expression | undefined
  orderBy: { path: readonly Step[]; descending: boolean } | undefined
  offset: Expression | undefined
  /** `TOP n` or `LIMIT n`. */
  limit: Expression | undefined
}

export type Selection =
  | { kind: 'document' }
  | { kind: 'value'; expression: Expression }
  | { kind: 'aggregate'; name: AggregateName; expression: Expression }
  | { kind: 'object'; properties: { name: string; expression: Expression }[] }

export const aggregateNames = ['COUNT', 'SUM', 'MIN', 'MAX', 'AVG'] as const
export type AggregateName = (typeof aggregateNames)[number]

export type Step = string | number
export type ComparisonOperator = '=' | '!=' | '<' | '<=' | '>' | '>='

export type Expression =
  | { kind: 'literal'; value: Json | undefined }
  | { kind: 'parameter'; name: string }
  /** From the document down; an empty path is the document itself. */
  | { kind: 'path'; path: readonly Step[] }
  | { kind: 'not'; operand: Expression }
  | { kind: 'and' | 'or'; left: Expression; right: Expression }
  | { kind: 'comparison'; operator: ComparisonOperator; left: Expression; right: Expression }
  | { kind: 'between'; operand: Expression; low: Expression; high: Expression }
  | { kind: 'in'; operand: Expression; list: Expression[] }
  | { kind: 'array'; items: Expression[] }
  | { kind: 'call'; name: string; parameters: Expression[] }
