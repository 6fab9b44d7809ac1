import { Migration } from '@mikro-orm/migrations';

/** How many events each table of a month held before any of them was taken out, once they are in ClickHouse. */
export class Migration20261124000024_clearing extends Migration {
  override up(): void {
    this.addSql(`alter table event_store add column held jsonb not null default '{}'`);
  }
}
