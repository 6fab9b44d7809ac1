import { Migration } from '@mikro-orm/migrations';

/** One order of locks, told in db/lock.ts: each of these takes its part of it in one call. */
export class Migration20261124000017_lock_order extends Migration {
  override up(): void {
    // Rows that refer to a subscription, such as a customer's meter that it takes over, may still be written by others.
    this.addSql(`
      create function lock_subscription(of_subscription uuid) returns void language plpgsql as $$
      begin
        perform from subscriptions where id = of_subscription for no key update;
        perform from benefit_grants where subscription_id = of_subscription order by id for update;
        perform from customers where id = (select customer_id from subscriptions where id = of_subscription)
          for no key update;
      end $$`);

    this.addSql(`
      create function lock_accounts_of(of_customers uuid[]) returns void language plpgsql as $$
      begin
        perform from customers where id = any(of_customers) order by id for no key update;
        perform from usage_accounts where subject in (
            select s from customers c cross join lateral unnest(array[c.id, c.external_subject]) s
            where c.id = any(of_customers))
          order by subject, meter_id for update;
      end $$`);

    // Whoever has a number of an organization's keeps all others of it waiting, and must not wait for an account: of
    // what is paid a meter may count the event.
    this.addSql(`
      create function take_invoice_number(of_customer uuid, by_customer boolean) returns bigint language plpgsql as $$
      declare
        c customers%rowtype;
        taken bigint;
      begin
        select * into strict c from customers where id = of_customer;
        if exists (select from meters where organization_id = c.organization_id and archived_at is null) then
          perform lock_accounts_of(array[of_customer]);
        end if;
        if by_customer then
          update customers set next_invoice_number = next_invoice_number + 1
            where id = of_customer returning next_invoice_number - 1 into strict taken;
        else
          update organizations set next_invoice_number = next_invoice_number + 1
            where id = c.organization_id returning next_invoice_number - 1 into strict taken;
        end if;
        return taken;
      end $$`);
  }
}
