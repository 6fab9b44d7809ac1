import { Migration } from '@mikro-orm/migrations';

/** The way back of events from ClickHouse to Postgres, and how far it has got. */
export class Migration20261124000021_events_back extends Migration {
  override up(): void {
    this.addSql(`
      alter table event_store
        drop constraint event_store_state_check,
        add constraint event_store_state_check check (state in ('postgres', 'moving', 'clickhouse', 'returning')),
        add column returned bigint not null default 0,
        add column returned_before timestamptz null,
        add column return_until timestamptz null,
        add column returned_at timestamptz(3) null`);
  }
}
