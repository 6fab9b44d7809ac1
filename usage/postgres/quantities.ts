/** What a meter makes of the events of each stretch of time, and of all of them. */
import type { Aggregation } from '../../billing/aggregations.ts';
import type { EventQuery, Quantities, QuantitiesAsked } from '../event-store.ts';
import { aggregatedSql, contributionSql } from './aggregation-sql.ts';
import { conditionOf } from './conditions.ts';
import { type Ask, type Fragment, fragment } from './fragments.ts';

interface Made {
  /** From 1 on; null: of all together. */
  readonly bucket: number | null;
  readonly quantity: string;
}

export async function quantitiesIn(ask: Ask, query: EventQuery, asked: QuantitiesAsked): Promise<Quantities> {
  const counted = contributions(query, asked);
  const rows = await ask<Made>(
    `with counted as (${counted.text}), made as (${made(asked.aggregation.func, asked.ofCustomers)})
     select bucket, quantity::text from made`,
    counted.values,
  );
  const byBucket = new Map(rows.map(({ bucket, quantity }) => [bucket, quantity]));
  return {
    quantities: asked.starts.map((_, i) => byBucket.get(i + 1) ?? '0'),
    total: byBucket.get(null) ?? '0',
  };
}

/** The number of a bucket is that of the last of the starts that is not after it. */
function contributions(query: EventQuery, { aggregation, ofCustomers, starts }: QuantitiesAsked): Fragment {
  const isApart = ofCustomers !== undefined;
  const value = contributionSql(aggregation);
  const condition = conditionOf(query);
  return fragment(
    `select width_bucket(e."timestamp", ?::timestamptz[]) as bucket, ${isApart ? CUSTOMER : 'null'} as customer,
       ${value.text} as value
     from events e ${isApart ? WITH_CUSTOMER : ''} where ${condition.text}`,
    `{${starts.map((start) => new Date(start).toISOString()).join(',')}}`,
    ...value.values,
    ...condition.values,
  );
}

const CUSTOMER = 'coalesce(e.customer_id::text, c.id::text, e.external_customer_id)';
const WITH_CUSTOMER = `left join customers c on e.customer_id is null and c.organization_id = e.organization_id
  and c.external_id = e.external_customer_id and c.deleted_at is null`;

function made(func: Aggregation['func'], ofCustomers: Aggregation['func'] | undefined): string {
  if (ofCustomers === undefined) {
    return `select bucket, ${aggregatedSql(func, 'value')} as quantity from counted
      group by grouping sets ((bucket), ())`;
  }
  return `select bucket, ${aggregatedSql(ofCustomers, 'quantity')} as quantity from (
      select bucket, customer, ${aggregatedSql(func, 'value')} as quantity from counted where value is not null
      group by grouping sets ((bucket, customer), (customer))
    ) apart group by bucket`;
}
