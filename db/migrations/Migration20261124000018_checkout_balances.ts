import { Migration } from '@mikro-orm/migrations';

/** What a customer's balance pays at a checkout. Those that are open already go on without it. */
export class Migration20261124000018_checkout_balances extends Migration {
  override up(): void {
    this.addSql(`
      alter table checkouts add column uses_balance boolean not null default false,
        add column applied_balance_amount bigint not null default 0`);
  }
}
