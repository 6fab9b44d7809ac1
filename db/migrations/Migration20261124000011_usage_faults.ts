import { Migration } from '@mikro-orm/migrations';

/** Since when an account has counted, values of closed periods to be dropped, and the one order of locks of a customer's meters. */
export class Migration20261124000011_usage_faults extends Migration {
  override up(): void {
    // Nothing that an account counts in its running period was received before this.
    this.addSql(`alter table usage_accounts add column used_from timestamptz not null default '-infinity'`);
    this.addSql(`update usage_accounts set used_from = clock_timestamp() where generation > 0`);
    this.addSql(`alter table usage_accounts alter column used_from set default clock_timestamp()`);

    // Periods that are closed, of whose unique values nobody will ask any more.
    this.addSql(`
      create table usage_values_over (
        subject uuid not null,
        meter_id uuid not null,
        generation int not null,
        primary key (subject, meter_id, generation)
      )`);
    this.addSql(`
      insert into usage_values_over (subject, meter_id, generation)
      select distinct v.subject, v.meter_id, v.generation from usage_values v
        join usage_accounts a using (subject, meter_id) where v.generation < a.generation`);

    // In one call: each statement of a function sees what was committed before it. The order is told in db/lock.ts.
    // Accounts before the customer's meters, as with the first event of a meter, which makes both.
    this.addSql(`
      create function lock_customer_meters(of_customer uuid, of_meters uuid[], made_at timestamptz) returns void
      language plpgsql as $$
      declare
        c customers%rowtype;
      begin
        select * into strict c from customers where id = of_customer for no key update;
        insert into usage_accounts (subject, meter_id, organization_id)
          select s, m, c.organization_id from unnest(array[c.id, c.external_subject]) s, unnest(of_meters) m
          where s is not null order by s, m on conflict do nothing;
        perform from usage_accounts where subject in (c.id, c.external_subject)
          order by subject, meter_id for update;
        insert into customer_meters (id, created_at, customer_id, meter_id)
          select gen_random_uuid(), made_at, c.id, m from unnest(of_meters) m order by m on conflict do nothing;
      end $$`);
  }
}
