import { Migration } from '@mikro-orm/migrations';

/** What the database itself refuses or says, whatever the code does. */
export class Migration20261124000002_rules extends Migration {
  override up(): void {
    // The books: each transaction sums to 0 when it commits, and is never changed afterwards.
    this.addSql(`
      create function ledger_balanced() returns trigger language plpgsql as $$
      begin
        if (select coalesce(sum(amount), 0) <> 0 from ledger_entries where transaction_id = new.transaction_id) then
          raise exception 'ledger transaction % does not sum to 0', new.transaction_id using errcode = 'check_violation';
        end if;
        return null;
      end $$`);
    this.addSql(`
      create constraint trigger ledger_balanced after insert on ledger_entries
      deferrable initially deferred for each row execute function ledger_balanced()`);
    this.addSql(`
      create function ledger_immutable() returns trigger language plpgsql as $$
      begin
        raise exception 'the ledger is never changed; write a correcting transaction' using errcode = 'check_violation';
      end $$`);
    this.addSql(`
      create trigger ledger_immutable before update or delete on ledger_entries
      for each row execute function ledger_immutable()`);
    this.addSql(`
      create trigger ledger_immutable before update or delete on ledger_transactions
      for each row execute function ledger_immutable()`);

    // A document that was issued stays as it is; a correction is another document.
    this.addSql(`
      create function document_immutable() returns trigger language plpgsql as $$
      begin
        raise exception 'a document that was made is never changed' using errcode = 'check_violation';
      end $$`);
    this.addSql(`
      create trigger document_immutable before update or delete on documents
      for each row when (old.content is not null) execute function document_immutable()`);

    // Customers are unique among the living.
    this.addSql(
      `create unique index customers_email_unique on customers (organization_id, lower(email)) where deleted_at is null`,
    );
    this.addSql(
      `create unique index customers_external_id_unique on customers (organization_id, external_id) where deleted_at is null`,
    );

    // So are the codes of discounts.
    this.addSql(
      `create unique index discounts_code_unique on discounts (organization_id, lower(code)) where deleted_at is null`,
    );

    // A product has one price in each currency for what is paid in advance.
    this.addSql(
      `create unique index prices_one_a_currency on prices (product_id, currency) where source = 'catalog' and not is_archived`,
    );

    // The relay hears of new work at once, and finds what is not numbered yet without reading what is.
    this.addSql(`
      create function outbox_notify() returns trigger language plpgsql as $$
      begin
        perform pg_notify('outbox', '');
        return null;
      end $$`);
    this.addSql(
      `create trigger outbox_notify after insert on outbox for each statement execute function outbox_notify()`,
    );
    this.addSql(
      `create index webhook_events_unnumbered on webhook_events (endpoint_id, position) where sequence is null`,
    );
    this.addSql(
      `create index webhook_events_pending on webhook_events (endpoint_id, sequence) where state = 'pending'`,
    );
    this.addSql(`create index webhook_events_by_time on webhook_events (endpoint_id, created_at)`);

    // The sweep finds what is overdue without reading what is not.
    this.addSql(
      `create index subscriptions_due on subscriptions (current_period_end) where status in ('trialing', 'active')`,
    );
    this.addSql(`create index subscriptions_resuming on subscriptions (resumes_at) where resumes_at is not null`);
    this.addSql(
      `create index orders_due on orders (next_payment_attempt_at) where next_payment_attempt_at is not null`,
    );
    this.addSql(`create index payments_pending on payments (begun_at) where status = 'pending'`);
    this.addSql(`create index checkouts_running on checkouts (expires_at) where status in ('open', 'confirmed')`);

    // What is kept 90 days is found by age; both tables grow in that order, so that tiny indexes do.
    this.addSql(`create index webhook_events_by_age on webhook_events using brin (written_at)`);
    this.addSql(`create index webhook_deliveries_by_age on webhook_deliveries using brin (created_at)`);

    this.addSql(`create index customers_by_test_clock on customers (test_clock_id) where test_clock_id is not null`);

    // Found by what they hang on: at a renewal, when a product or benefit changes, in a customer's lists.
    this.addSql(
      `create index benefit_grants_by_subscription on benefit_grants (subscription_id) where subscription_id is not null`,
    );
    this.addSql(`create index benefit_grants_by_order on benefit_grants (order_id) where order_id is not null`);
    this.addSql(`create index product_benefits_by_product on product_benefits (product_id)`);
    this.addSql(`create index product_benefits_by_benefit on product_benefits (benefit_id)`);
    this.addSql(`create index license_keys_by_benefit on license_keys (benefit_id)`);
    this.addSql(`create index checkouts_by_customer on checkouts (customer_id) where customer_id is not null`);
    this.addSql(`create index payments_by_customer on payments (customer_id)`);
    this.addSql(`create index discount_products_by_discount on discount_products (discount_id)`);
    this.addSql(`create index discount_products_by_product on discount_products (product_id)`);
    this.addSql(`create index subscriptions_by_discount on subscriptions (discount_id) where discount_id is not null`);
    this.addSql(`create index orders_by_discount on orders (discount_id) where discount_id is not null`);
    this.addSql(
      `create index payment_methods_by_fingerprint on payment_methods (fingerprint) where fingerprint is not null`,
    );
    // One change of a subscription at a time waits for its renewal, and one for its money.
    this.addSql(
      `create unique index subscription_changes_one_at_a_time on subscription_changes (subscription_id, status) where status in ('pending', 'charging')`,
    );
    this.addSql(`create index orders_by_product on orders (product_id)`);
    this.addSql(
      `create index ledger_transactions_by_customer on ledger_transactions (customer_id) where customer_id is not null`,
    );
  }
}
