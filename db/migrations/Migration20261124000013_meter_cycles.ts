import { Migration } from '@mikro-orm/migrations';

/** Meter cycles that are shorter than the billing interval, and wallets that pay for usage alone. */
export class Migration20261124000013_meter_cycles extends Migration {
  override up(): void {
    const interval = `in ('day', 'week', 'month', 'year')`;
    this.addSql(`
      alter table products
        add column meter_interval text null constraint products_meter_interval_check check (meter_interval ${interval}),
        add column meter_interval_count int null`);
    this.addSql(`
      alter table products add constraint products_meter_cycle_check
        check ((meter_interval is null) = (meter_interval_count is null))`);
    this.addSql(`
      alter table subscriptions
        add column meter_interval text null
          constraint subscriptions_meter_interval_check check (meter_interval ${interval}),
        add column meter_interval_count int null,
        add column current_meter_period_start timestamptz(3) null,
        add column current_meter_period_end timestamptz(3) null`);
    this.addSql(`
      alter table subscriptions add constraint subscriptions_meter_cycle_check
        check ((meter_interval is null) = (meter_interval_count is null)
          and (meter_interval is null) = (current_meter_period_end is null))`);
    this.addSql(`
      create index subscriptions_meters_due on subscriptions (current_meter_period_end)
        where status = 'active' and current_meter_period_end is not null`);
    // No meter period is billed twice.
    this.addSql(`alter table orders add column meter_period_end timestamptz(3) null`);
    this.addSql(`
      alter table orders add constraint orders_subscription_id_meter_period_end_unique
        unique (subscription_id, meter_period_end)`);

    this.addSql(`
      alter table customer_balances add column type text not null default 'billing'
        constraint customer_balances_type_check check (type in ('billing', 'usage'))`);
    this.addSql(`alter table customer_balances drop constraint customer_balances_pkey`);
    this.addSql(`alter table customer_balances add primary key (customer_id, currency, type)`);
    // What is prepaid can't be owed.
    this.addSql(`
      alter table customer_balances add constraint customer_balances_usage_check check (type = 'billing' or amount >= 0)`);
    this.addSql(`
      alter table balance_adjustments add column type text not null default 'billing'
        constraint balance_adjustments_type_check check (type in ('billing', 'usage'))`);
    this.addSql(`alter table orders add column applied_usage_wallet_amount bigint not null default 0`);
    this.addSql(
      widened('ledger_transactions', 'ledger_transactions_kind_check', ['usage_wallet', 'usage_wallet_return']),
    );
    this.addSql(widened('ledger_entries', 'ledger_entries_account_check', ['usage_wallet']));
  }
}

/** Whatever values a column may have by now, these are some more. */
const widened = (table: string, constraint: string, values: readonly string[]): string => `
  do $$
  declare present text;
  begin
    select pg_get_constraintdef(oid) into present from pg_constraint where conname = '${constraint}';
    alter table ${table} drop constraint ${constraint};
    execute 'alter table ${table} add constraint ${constraint} '
      || replace(present, 'ARRAY[', 'ARRAY[${values.map((value) => `''${value}''::text, `).join('')}');
  end $$`;
