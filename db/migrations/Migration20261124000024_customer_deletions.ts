import { Migration } from '@mikro-orm/migrations';

/** A customer who is being deleted keeps their name until that has ended, and is found until then. */
export class Migration20261124000024_customer_deletions extends Migration {
  override up(): void {
    this.addSql(`
      create table customer_deletions (
        customer_id uuid primary key references customers (id),
        began_at timestamptz(3) not null,
        anonymizes boolean not null default false
      )`);
    this.addSql(`create index customer_deletions_began_at_index on customer_deletions (began_at)`);
    // Those that stopped in the middle.
    this.addSql(`
      insert into customer_deletions (customer_id, began_at)
      select c.id, now() from customers c where c.deleted_at is not null and (
        c.external_id is not null
        or exists (select from subscriptions s where s.customer_id = c.id and s.status <> 'canceled')
        or exists (select from checkouts k where k.customer_id = c.id and k.status in ('open', 'confirmed'))
        or exists (select from benefit_grants g where g.customer_id = c.id and g.wanted = 'granted'))`);
    // What has been given on meanwhile is the next one's: the name of the living, else of the last one of them.
    this.addSql(`
      update customers c set external_id = null where deleted_at is not null and external_id is not null and exists (
        select from customers o
        where o.organization_id = c.organization_id and o.external_id = c.external_id and o.id <> c.id
          and (o.deleted_at is null or (o.created_at, o.id) > (c.created_at, c.id)))`);
    this.addSql(`drop index customers_external_id_unique`);
    this.addSql(`
      create unique index customers_external_id_unique on customers (organization_id, external_id)
        where external_id is not null`);
  }
}
