/**
 * What meters make of events, in ClickHouse: as billing/aggregations.ts does. Numbers are decimals of 76 digits, 30 of
 * them after the point: one beyond 10^46 isn't counted, and what is finer than 10^-30 is cut off.
 */
import type { Aggregation } from '../../billing/aggregations.ts';
import { said } from './metadata.ts';
import type { Parameters } from './parameters.ts';

const DECIMALS = 30;

/** What an event adds; null where it adds nothing. */
export function contribution(aggregation: Aggregation, parameters: Parameters): string {
  switch (aggregation.func) {
    case 'count':
      return 'toNullable(1)';
    case 'sum':
    case 'min':
    case 'max':
    case 'avg': {
      const { isNumber, literal } = said(aggregation.property, parameters);
      return `if(${isNumber}, toDecimal256OrNull(${literal}, ${DECIMALS}), null)`;
    }
    case 'unique': {
      const { property } = aggregation;
      if (property === 'name' || property === 'source') return `toNullable(toString(${property}))`;
      const { isText, isNumber, literal, raw } = said(property, parameters);
      return `if(${isText} or ${isNumber} or ${raw} in ('true', 'false'), toNullable(${literal}), null)`;
    }
  }
}

/** Of a column of what events, or customers, add: one decimal, 0 of none. */
export function aggregated(func: Aggregation['func'], column: string): string {
  switch (func) {
    case 'count':
      return decimal(`count(${column})`);
    case 'unique':
      return decimal(`uniqExact(${column})`);
    case 'avg':
      return `if(count(${column}) = 0, ${decimal('0')}, round(sum(assumeNotNull(${column})) / count(${column}), 12))`;
    case 'sum':
    case 'min':
    case 'max':
      return `coalesce(${func}(${column}), ${decimal('0')})`;
  }
}

const decimal = (number: string): string => `toDecimal256(${number}, ${DECIMALS})`;
