/**
 * A customer has the meters of the accounts that are theirs: the database adds them with the account, or with the customer.
 * Where both come to be in the same moment, neither sees the other; those are made up for here.
 */
import type { ClientBase } from 'pg';

/**
 * How many there were. Whoever makes several of them at the same moment, with first accounts, may be waited for in a circle:
 * the database ends one of the two, and either is tried again, this with its activity.
 */
export async function addMissingMeters(client: ClientBase): Promise<number> {
  const { rowCount } = await client.query(
    `insert into customer_meters (id, created_at, customer_id, meter_id)
     select gen_random_uuid(), clock_timestamp(), c.id, a.meter_id
     from customers c
       cross join lateral (values (c.id), (c.external_subject)) as s (subject)
       join usage_accounts a on a.subject = s.subject and a.organization_id = c.organization_id
     where c.deleted_at is null
       and not exists (select from customer_meters m where m.customer_id = c.id and m.meter_id = a.meter_id)
     order by 3, 4 on conflict do nothing`,
  );
  return rowCount ?? 0;
}
