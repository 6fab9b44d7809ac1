/** Fills the database with events faster than they could be sent: the same rows, keys and accounts as ingestion leaves. */
import type { OrganizationId } from '../billing/ids.ts';
import { subjectOf } from '../usage/subjects.ts';

const CHUNK = 250_000;

export interface Filling {
  readonly organizationId: OrganizationId;
  /** Sums the events' tokens. */
  readonly meterId: string;
  readonly customers: number;
  readonly present: number;
  readonly missing: number;
}

type Sql = (statement: string, values: readonly unknown[]) => Promise<unknown>;

export async function fillEvents(sql: Sql, filling: Filling): Promise<void> {
  const { organizationId, meterId, customers, present, missing } = filling;
  const subjects = Array.from({ length: customers }, (_, i) => subjectOf(organizationId, `customer-${i}`));
  for (let left = missing; left > 0; left -= CHUNK) {
    await sql(FILL, [
      JSON.stringify(subjects),
      present + missing - left,
      Math.min(left, CHUNK),
      customers,
      organizationId,
      meterId,
    ]);
  }
}

/** An id says in its first bytes when its event was received. */
const FILL = `
  with clock as materialized (
    select at, lpad(to_hex(floor(extract(epoch from at) * 1000)::bigint), 12, '0') as ms from clock_timestamp() at
  ), subjects as materialized (
    select (n - 1)::int as customer, subject::uuid from jsonb_array_elements_text(?::jsonb) with ordinality as s (subject, n)
  ), made as materialized (
    select (ms || '7' || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid as id, g.i % c.customers as customer,
      'fil_' || lpad((?::bigint + g.i)::text, 12, '0') as external_id, 'customer-' || g.i % c.customers as external_customer_id,
      clock.at, (g.i % 997)::int as tokens
    from clock, generate_series(1, ?::int) as g (i), (select ?::int as customers) c
  ), meant as (
    select made.*, subject, ?::uuid as organization_id, ?::uuid as meter_id from made join subjects using (customer)
  ), keys as (
    insert into event_keys (organization_id, external_id, id) select organization_id, external_id, id from meant
  ), put as (
    insert into events (id, organization_id, subject, external_customer_id, name, source, "timestamp", received_at,
      external_id, metadata)
    select id, organization_id, subject, external_customer_id, 'llm.completion', 'user', at, at, external_id,
      jsonb_build_object('model', 'large', 'tokens', tokens, 'region', 'eu')
    from meant
  )
  insert into usage_accounts as a (subject, meter_id, organization_id, count, sum, min, max, used_at)
  select subject, meter_id, organization_id, count(*), sum(tokens), min(tokens), max(tokens), min(at)
  from meant group by subject, meter_id, organization_id
  on conflict (subject, meter_id) do update set count = a.count + excluded.count, sum = a.sum + excluded.sum,
    min = least(a.min, excluded.min), max = greatest(a.max, excluded.max), used_at = excluded.used_at`;
