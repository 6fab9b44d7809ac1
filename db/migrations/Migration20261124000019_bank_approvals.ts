import { Migration } from '@mikro-orm/migrations';

/** Payments of customers who are there and may be sent to their bank: the way back, the secret, and how long that is waited for. */
export class Migration20261124000019_bank_approvals extends Migration {
  override up(): void {
    this.addSql(`alter table payments
      add column return_url text null,
      add column client_secret text null,
      add column approve_by timestamptz(3) null`);
  }
}
