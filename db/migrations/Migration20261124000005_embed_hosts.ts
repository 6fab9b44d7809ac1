import { Migration } from '@mikro-orm/migrations';

/** Whose pages may show an organization's checkouts. */
export class Migration20261124000005_embed_hosts extends Migration {
  override up(): void {
    this.addSql(`alter table "organizations" add column "embed_hosts" jsonb not null default '[]';`);
  }
}
