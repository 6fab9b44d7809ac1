/** What a meter makes of the events of each stretch of time, and of all of them. */
import type { Aggregation } from '../../billing/aggregations.ts';
import type { CustomerId } from '../../billing/ids.ts';
import type { EventQuery, Quantities, QuantitiesAsked } from '../event-store.ts';
import type { Ask } from '../postgres/fragments.ts';
import { aggregated, contribution } from './aggregations.ts';
import { conditionOf } from './conditions.ts';
import { Parameters } from './parameters.ts';
import type { Read } from './read.ts';

interface Made {
  /** Where the stretch starts, in ms; null: of all together. */
  readonly start: number | null;
  readonly quantity: string;
}

export async function quantitiesIn(
  read: Read,
  ask: Ask,
  query: EventQuery,
  asked: QuantitiesAsked,
): Promise<Quantities> {
  const { aggregation, ofCustomers, starts } = asked;
  const parameters = new Parameters();
  const customer = ofCustomers === undefined ? "''" : await customerOf(read, ask, query, parameters);
  const rows = await read<Made>(
    `with counted as (
       select roundDown(toUnixTimestamp64Milli(timestamp), ${parameters.integers(starts)}) as start,
         ${customer} as customer, ${contribution(aggregation, parameters)} as value
       from events final where ${conditionOf(query, parameters)}
     ), made as (${made(aggregation.func, ofCustomers)})
     select start, toString(quantity) as quantity from made settings group_by_use_nulls = 1`,
    parameters,
  );
  const byStart = new Map(rows.map(({ start, quantity }) => [start === null ? null : Number(start), quantity]));
  return {
    quantities: starts.map((start) => byStart.get(start) ?? '0'),
    total: byStart.get(null) ?? '0',
  };
}

function made(func: Aggregation['func'], ofCustomers: Aggregation['func'] | undefined): string {
  if (ofCustomers === undefined) {
    return `select start, ${aggregated(func, 'value')} as quantity from counted
      group by grouping sets ((start), ())`;
  }
  return `select start, ${aggregated(ofCustomers, 'each')} as quantity from (
      select start, customer, ${aggregated(func, 'value')} as each from counted where value is not null
      group by grouping sets ((start, customer), (customer))
    ) group by start`;
}

/**
 * Whose an event is: the customer's it names by our id, else of whoever is known by the merchant's. Only Postgres knows
 * that; it matters for those alone whose events name them in both ways.
 */
async function customerOf(read: Read, ask: Ask, query: EventQuery, parameters: Parameters): Promise<string> {
  const customers = await namedInBothWays(read, ask, query);
  const external = `ifNull(external_customer_id, '')`;
  const byExternal =
    customers.length === 0
      ? external
      : `transform(${external}, ${parameters.texts(customers.map(({ externalId }) => externalId))},
          ${parameters.texts(customers.map(({ id }) => id))}, ${external})`;
  return `ifNull(toString(customer_id), ${byExternal})`;
}

interface Named {
  readonly id: CustomerId;
  readonly externalId: string;
}

async function namedInBothWays(read: Read, ask: Ask, query: EventQuery): Promise<Named[]> {
  const distinct = async (column: string, condition: string) => {
    const parameters = new Parameters();
    const rows = await read<{ who: string }>(
      `select distinct ${column} as who from events where ${conditionOf(query, parameters)} and ${condition}`,
      parameters,
    );
    return rows.map(({ who }) => who);
  };
  const ids = await distinct('customer_id', 'customer_id is not null');
  if (ids.length === 0) return [];
  const externalIds = await distinct('external_customer_id', 'customer_id is null');
  if (externalIds.length === 0) return [];
  return ask<Named>(
    `select id, external_id as "externalId" from customers
     where organization_id = ? and deleted_at is null and id = any(?::uuid[])
       and external_id in (select jsonb_array_elements_text(?::jsonb))`,
    [query.organization, `{${ids.join(',')}}`, JSON.stringify(externalIds)],
  );
}
