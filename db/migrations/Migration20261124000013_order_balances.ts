import { Migration } from '@mikro-orm/migrations';

/** What balances pay of an order that is owed: it may have been taken and given back before, which was booked. */
export class Migration20261124000013_order_balances extends Migration {
  override up(): void {
    this.addSql(`
      do $$
      declare kinds text;
      begin
        select pg_get_constraintdef(oid) into kinds from pg_constraint where conname = 'ledger_transactions_kind_check';
        alter table ledger_transactions drop constraint ledger_transactions_kind_check;
        execute 'alter table ledger_transactions add constraint ledger_transactions_kind_check '
          || replace(kinds, 'ARRAY[', 'ARRAY[''debt_balance''::text, ''debt_usage_wallet''::text, ');
      end $$`);
  }
}
