import type { Json } from '../json.ts'
import { sortKey } from '../sort-key.ts'
import type { AggregateName } from './ast.ts'
import { compareText, type Value } from './values.ts'

/** Values without the property are passed over; one that does not fit the aggregate makes the whole result undefined. */
export function aggregate(name: AggregateName, values: Iterable<Value>): Value {
  let count = 0
  let sum = 0
  let best: Value
  let isFit = true
  for (const value of values) {
    if (value === undefined) continue
    count += 1
    if (name === 'SUM' || name === 'AVG') {
      if (typeof value === 'number') sum += value
      else isFit = false
    } else if (name === 'MIN' || name === 'MAX') {
      if (typeof value === 'object' && value !== null) isFit = false
      else if (best === undefined || isBetter(name, value, best)) best = value
    }
  }
  switch (name) {
    case 'COUNT':
      return count
    case 'SUM':
      return isFit ? sum : undefined
    case 'AVG':
      return isFit && count > 0 ? sum / count : undefined
    case 'MIN':
    case 'MAX':
      return isFit ? best : undefined
  }
}

function isBetter(name: 'MIN' | 'MAX', value: Json, best: Json): boolean {
  const isText = typeof value === 'string' && typeof best === 'string'
  const order = isText ? compareText(value, best) : compareText(sortKey(value), sortKey(best))
  return name === 'MIN' ? order < 0 : order > 0
}
