import { Migration } from '@mikro-orm/migrations';

/** Taxes: where they are collected, what each order and checkout comes to with them, and how they stand in the books. */
export class Migration20261124000003_taxes extends Migration {
  override up(): void {
    this.addSql(`alter table organizations add column tax_registrations jsonb not null default '[]'`);

    this.addSql(`
      alter table orders
        add column tax_behavior text null,
        add column tax_rates jsonb not null default '[]',
        add column customer_tax_id jsonb null,
        add column tax_evidence jsonb null,
        add column tax_calculation_id text null,
        add column tax_record_id text null,
        add constraint orders_tax_behavior_check check (tax_behavior in ('inclusive', 'exclusive'))`);
    this.addSql(`
      alter table order_items
        add column tax_behavior text null,
        add constraint order_items_tax_behavior_check check (tax_behavior in ('inclusive', 'exclusive'))`);
    this.addSql(`
      alter table checkouts
        add column tax_amount bigint null default 0,
        add column tax_behavior text null,
        add column tax_rates jsonb not null default '[]',
        add column tax_calculation_id text null,
        add column customer_ip_country varchar(2) null,
        add constraint checkouts_tax_behavior_check check (tax_behavior in ('inclusive', 'exclusive'))`);

    this.addSql(`alter table ledger_transactions drop constraint ledger_transactions_kind_check`);
    this.addSql(`
      alter table ledger_transactions add constraint ledger_transactions_kind_check check (
        kind in ('payment', 'processor_fee', 'platform_fee', 'balance', 'balance_return', 'tax'))`);
    this.addSql(`alter table ledger_entries drop constraint ledger_entries_account_check`);
    this.addSql(`
      alter table ledger_entries add constraint ledger_entries_account_check check (
        account in ('processor', 'merchant', 'platform_revenue', 'processor_fees', 'customer_balance', 'tax_payable'))`);
    this.addSql(`alter table outbox drop constraint outbox_topic_check`);
    this.addSql(`
      alter table outbox add constraint outbox_topic_check check (
        topic in ('webhooks', 'webhook_retry', 'webhook_redelivery', 'grant', 'checkout', 'processor_event',
          'processor_fee', 'email', 'document', 'tax_record'))`);

    // What is paid and not yet recorded with the provider is found without reading what is.
    this.addSql(`
      create index orders_tax_unrecorded on orders (paid_at)
      where tax_calculation_id is not null and tax_record_id is null and paid_at is not null`);
  }
}
