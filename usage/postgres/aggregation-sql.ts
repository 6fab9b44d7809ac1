/** What meters make of events, in the database: as billing/aggregations.ts does, of events under the name `e`. */
import type { Aggregation } from '../../billing/aggregations.ts';
import { valueSql } from './filter-sql.ts';
import { type Fragment, fragment } from './fragments.ts';

/** What an event adds; null where it adds nothing. */
export function contributionSql(aggregation: Aggregation): Fragment {
  switch (aggregation.func) {
    case 'count':
      return fragment('1');
    case 'sum':
    case 'min':
    case 'max':
    case 'avg': {
      const { text, values } = valueSql(aggregation.property);
      return fragment(`case when jsonb_typeof(${text}) = 'number' then (${text})::numeric end`, ...values, ...values);
    }
    case 'unique': {
      const { text, values } = keySql(aggregation.property);
      return fragment(
        `case when jsonb_typeof(${text}) in ('string', 'number', 'boolean') then (${text})::text end`,
        ...values,
        ...values,
      );
    }
  }
}

const keySql = (property: string): Fragment =>
  property === 'name' || property === 'source' ? fragment(`to_jsonb(e.${property})`) : valueSql(property);

/** Of a column of what events, or customers, add: one number, 0 of none. */
export function aggregatedSql(func: Aggregation['func'], column: string): string {
  switch (func) {
    case 'count':
      return `count(${column})`;
    case 'unique':
      return `count(distinct ${column})`;
    case 'avg':
      return `coalesce(round(avg(${column}), 12), 0)`;
    case 'sum':
    case 'min':
    case 'max':
      return `coalesce(${func}(${column}), 0)`;
  }
}
