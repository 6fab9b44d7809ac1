import { Migration } from '@mikro-orm/migrations';

/** Which ClickHouse events are in, or on their way to: it holds the same id. */
export class Migration20261124000015_event_store_id extends Migration {
  override up(): void {
    this.addSql('alter table event_store add column clickhouse_id uuid null');
  }
}
