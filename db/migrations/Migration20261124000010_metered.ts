import { Migration } from '@mikro-orm/migrations';

/** Usage on bills: metered prices, who is billed by which meter, and what customers are credited with. */
export class Migration20261124000010_metered extends Migration {
  override up(): void {
    this.addSql(`
      alter table prices
        add column unit_amount numeric null,
        add column cap_amount bigint null,
        add column meter_id uuid null references meters (id)`);
    this.addSql(`alter table prices drop constraint prices_amount_type_check`);
    this.addSql(`
      alter table prices add constraint prices_amount_type_check
        check (amount_type in ('fixed', 'free', 'custom', 'seat_based', 'metered_unit'))`);
    this.addSql(`
      alter table prices add constraint prices_metered_check
        check ((amount_type = 'metered_unit') = (unit_amount is not null and meter_id is not null))`);
    this.addSql(`drop index prices_one_a_currency`);
    this.addSql(`
      create unique index prices_one_a_currency on prices (product_id, currency)
        where source = 'catalog' and not is_archived and amount_type <> 'metered_unit'`);
    this.addSql(`
      create unique index prices_one_a_meter on prices (product_id, currency, meter_id)
        where source = 'catalog' and not is_archived and amount_type = 'metered_unit'`);

    this.addSql(`alter table checkouts add column metered_price_ids text[] not null default '{}'`);
    this.addSql(`alter table billing_entries add column proration boolean not null default true`);
    this.addSql(`alter table subscriptions add column open_meters int not null default 0`);

    this.addSql(`
      create table subscription_meters (
        id uuid primary key,
        created_at timestamptz(3) not null,
        modified_at timestamptz(3) null,
        subscription_id uuid not null references subscriptions (id),
        meter_id uuid not null references meters (id),
        price_id uuid null references prices (id),
        unique (subscription_id, meter_id)
      )`);
    this.addSql(`create index subscription_meters_meter_id_index on subscription_meters (meter_id)`);

    this.addSql(`
      create table customer_meters (
        id uuid primary key,
        created_at timestamptz(3) not null,
        modified_at timestamptz(3) null,
        customer_id uuid not null references customers (id),
        meter_id uuid not null references meters (id),
        credited numeric not null default 0,
        subscription_id uuid null references subscriptions (id),
        unique (customer_id, meter_id)
      )`);
    this.addSql(`create index customer_meters_meter_id_index on customer_meters (meter_id)`);

    this.addSql(`
      create table meter_credits (
        grant_id uuid primary key references benefit_grants (id),
        created_at timestamptz(3) not null,
        customer_id uuid not null references customers (id),
        meter_id uuid not null references meters (id),
        lasts text not null constraint meter_credits_lasts_check check (lasts in ('period', 'rollover', 'forever')),
        units numeric not null
      )`);
    this.addSql(`create index meter_credits_customer_id_meter_id_index on meter_credits (customer_id, meter_id)`);

    // By what merchants call a customer their usage is found: the same hash as usage/subjects.ts makes.
    this.addSql(`alter table customers add column external_subject uuid null`);
    this.addSql(`
      create function usage_subject(organization uuid, external text) returns uuid language sql stable as $$
        select (overlay(overlay(left(encode(sha256(convert_to(organization || ' ' || external, 'UTF8')), 'hex'), 32)
          placing '8' from 13) placing '8' from 17))::uuid
      $$`);
    this.addSql(`
      create function keep_external_subject() returns trigger language plpgsql as $$
      begin
        new.external_subject := usage_subject(new.organization_id, new.external_id);
        return new;
      end $$`);
    this.addSql(`
      create trigger customers_external_subject before insert or update of external_id on customers
        for each row execute function keep_external_subject()`);
    this.addSql(`
      update customers set external_subject = usage_subject(organization_id, external_id) where external_id is not null`);
    this.addSql(
      `create index customers_external_subject_index on customers (external_subject) where external_subject is not null`,
    );

    // A customer has a meter from the first event on that it counts of them, or once they exist.
    this.addSql(`
      create function meter_of_account() returns trigger language plpgsql as $$
      begin
        insert into customer_meters (id, created_at, customer_id, meter_id)
        select gen_random_uuid(), now(), c.id, new.meter_id from customers c
        where (c.id = new.subject or c.external_subject = new.subject)
          and c.organization_id = new.organization_id and c.deleted_at is null
        on conflict do nothing;
        return null;
      end $$`);
    this.addSql(`
      create trigger usage_accounts_customer_meter after insert on usage_accounts
        for each row execute function meter_of_account()`);
    this.addSql(`
      create function meters_of_customer() returns trigger language plpgsql as $$
      begin
        insert into customer_meters (id, created_at, customer_id, meter_id)
        select gen_random_uuid(), now(), new.id, a.meter_id from usage_accounts a
        where a.subject = new.external_subject and a.organization_id = new.organization_id
        on conflict do nothing;
        return null;
      end $$`);
    this.addSql(`
      create trigger customers_meters after insert or update of external_id on customers
        for each row when (new.external_subject is not null) execute function meters_of_customer()`);
    this.addSql(`
      insert into customer_meters (id, created_at, customer_id, meter_id)
      select gen_random_uuid(), now(), c.id, a.meter_id from customers c
        join usage_accounts a on a.subject in (c.id, c.external_subject) and a.organization_id = c.organization_id
      where c.deleted_at is null on conflict do nothing`);
  }
}
