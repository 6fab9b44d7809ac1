import { Migration } from '@mikro-orm/migrations';

/** Trials that were had, credit that merchants give, prices for one checkout, units, upgrades, and moved periods. */
export class Migration20261124000007_trials_wallets extends Migration {
  override up(): void {
    // Who has had a trial: of two checkouts at once, the second finds the key taken.
    this.addSql(`
      create table trial_redemptions (
        id uuid primary key,
        created_at timestamptz(3) not null,
        organization_id uuid not null references organizations (id),
        customer_id uuid not null references customers (id),
        subscription_id uuid not null references subscriptions (id) deferrable initially deferred,
        address_hash varchar(64) null,
        fingerprint text null,
        constraint trial_redemptions_organization_id_address_hash_unique unique (organization_id, address_hash),
        constraint trial_redemptions_organization_id_fingerprint_unique unique (organization_id, fingerprint)
      )`);
    this.addSql(`create index trial_redemptions_customer_id_index on trial_redemptions (customer_id)`);
    this.addSql(`create index trial_redemptions_subscription_id_index on trial_redemptions (subscription_id)`);

    this.addSql(`alter table prices add column unit_label text null, add column checkout_id uuid null`);
    this.addSql(`create index prices_by_checkout on prices (checkout_id) where checkout_id is not null`);

    this.addSql(`alter table checkouts add column upgrade_of uuid null`);
    this.addSql(`create index checkouts_by_upgrade on checkouts (upgrade_of) where upgrade_of is not null`);

    this.addSql(`alter table subscriptions add column period_offset bigint not null default 0`);

    // A balance is shown as a wallet, which has an id.
    this.addSql(`
      alter table customer_balances
        add column id uuid not null default gen_random_uuid(),
        add column created_at timestamptz(3) null,
        add column modified_at timestamptz(3) null`);
    this.addSql(`
      update customer_balances b set created_at = coalesce(
        (select min(at) from ledger_transactions t where t.customer_id = b.customer_id and t.currency = b.currency),
        (select created_at from customers c where c.id = b.customer_id))`);
    this.addSql(`alter table customer_balances alter column created_at set not null, alter column id drop default`);
    this.addSql(`alter table customer_balances add constraint customer_balances_id_unique unique (id)`);

    this.addSql(`
      create table balance_adjustments (
        id uuid primary key,
        created_at timestamptz(3) not null,
        organization_id uuid not null references organizations (id),
        customer_id uuid not null references customers (id),
        currency varchar(3) not null,
        amount bigint not null check (amount <> 0),
        reason text not null,
        idempotency_key text not null,
        constraint balance_adjustments_organization_id_idempotency_key_unique unique (organization_id, idempotency_key)
      )`);
    this.addSql(`create index balance_adjustments_customer_id_index on balance_adjustments (customer_id)`);
    // Whatever kinds there are by now, this is one more.
    this.addSql(`
      do $$
      declare kinds text;
      begin
        select pg_get_constraintdef(oid) into kinds from pg_constraint where conname = 'ledger_transactions_kind_check';
        alter table ledger_transactions drop constraint ledger_transactions_kind_check;
        execute 'alter table ledger_transactions add constraint ledger_transactions_kind_check '
          || replace(kinds, 'ARRAY[', 'ARRAY[''goodwill''::text, ');
      end $$`);
  }
}
