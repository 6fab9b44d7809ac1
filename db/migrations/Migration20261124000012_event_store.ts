import { Migration } from '@mikro-orm/migrations';

/** Where events are read: in Postgres, or, once they have been moved over, in ClickHouse. */
export class Migration20261124000012_event_store extends Migration {
  override up(): void {
    this.addSql(`
      create table event_store (
        only_one boolean primary key default true check (only_one),
        state text not null default 'postgres'
          constraint event_store_state_check check (state in ('postgres', 'moving', 'clickhouse')),
        started_at timestamptz(3) null,
        copied_before timestamptz null,
        copy_until timestamptz null,
        moved bigint not null default 0,
        finished_at timestamptz(3) null,
        cleared_at timestamptz(3) null
      )`);
    this.addSql(`insert into event_store default values`);
  }
}
