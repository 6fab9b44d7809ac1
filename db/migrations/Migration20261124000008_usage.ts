import { Migration } from '@mikro-orm/migrations';

/** What customers use: events as they come in, meters over them, and what each customer has used of each so far. */
export class Migration20261124000008_usage extends Migration {
  override up(): void {
    this.addSql(`
      create table meters (
        id uuid primary key,
        created_at timestamptz(3) not null,
        modified_at timestamptz(3) null,
        organization_id uuid not null references organizations (id),
        name text not null,
        unit text not null default 'scalar' constraint meters_unit_check check (unit in ('scalar', 'token', 'custom')),
        custom_label text null,
        custom_multiplier int null,
        filter jsonb not null,
        aggregation jsonb not null,
        metadata jsonb not null default '{}',
        archived_at timestamptz(3) null,
        counts_from timestamptz not null
      )`);
    this.addSql(`create index meters_organization_id_created_at_index on meters (organization_id, created_at)`);

    // Who has made a meter bumps it, while nobody writes events; so every event is counted by the meters of its time.
    this.addSql(
      `create table usage_epoch (only_one boolean primary key default true check (only_one), version bigint not null)`,
    );
    this.addSql(`insert into usage_epoch (version) values (1)`);

    // Apart from the events, which are divided by time: an event's key is taken for good, whenever it comes again.
    this.addSql(`
      create table event_keys (
        organization_id uuid not null,
        external_id text not null,
        id uuid not null,
        primary key (organization_id, external_id)
      )`);

    // No index finds an event by its id: that says when it was received.
    this.addSql(`
      create table events (
        id uuid not null,
        organization_id uuid not null,
        subject uuid not null,
        customer_id uuid null,
        external_customer_id text null,
        member_id uuid null,
        external_member_id text null,
        name text not null,
        source text not null,
        "timestamp" timestamptz(3) not null,
        received_at timestamptz not null,
        external_id text null,
        parent_id uuid null,
        metadata jsonb not null
      ) partition by range (received_at)`);
    this.addSql(`create index events_received_at_index on events using brin (received_at) with (pages_per_range = 16)`);
    this.addSql(`create index events_organization_id_timestamp_index on events (organization_id, "timestamp")`);
    this.addSql(`create index events_subject_timestamp_index on events (subject, "timestamp")`);
    this.addSql(`create index events_parent_id_index on events (parent_id) where parent_id is not null`);
    // What no month has been made for yet.
    this.addSql(`create table events_other partition of events default`);

    this.addSql(`
      create table usage_accounts (
        subject uuid not null,
        meter_id uuid not null references meters (id),
        organization_id uuid not null,
        period_end timestamptz null,
        generation int not null default 0,
        count bigint not null default 0,
        sum numeric not null default 0,
        min numeric null,
        max numeric null,
        next_count bigint not null default 0,
        next_sum numeric not null default 0,
        next_min numeric null,
        next_max numeric null,
        used_at timestamptz null,
        primary key (subject, meter_id)
      ) with (fillfactor = 70)`);
    this.addSql(`create index usage_accounts_meter_id_index on usage_accounts (meter_id)`);

    // The values that a meter of unique ones has seen in a period of somebody's.
    this.addSql(`
      create table usage_values (
        subject uuid not null,
        meter_id uuid not null,
        generation int not null,
        value uuid not null,
        primary key (subject, meter_id, generation, value)
      )`);
  }
}
