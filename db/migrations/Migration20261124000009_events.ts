import { Migration } from '@mikro-orm/migrations';

/** What names of events mean to their merchant, and what meters have still to count of the time before them. */
export class Migration20261124000009_events extends Migration {
  override up(): void {
    this.addSql(`
      create table event_types (
        id uuid primary key,
        created_at timestamptz(3) not null,
        modified_at timestamptz(3) null,
        organization_id uuid not null,
        name text not null,
        label text not null,
        label_property_selector text null
      )`);
    this.addSql(
      `create unique index event_types_organization_id_name_unique on event_types (organization_id, name collate "C")`,
    );

    // Read in the order of timestamp and id; what is counted and where the reading stands are written together.
    this.addSql(`
      create table meter_backfills (
        meter_id uuid primary key references meters (id),
        organization_id uuid not null references organizations (id),
        started_at timestamptz(3) not null,
        received_before timestamptz not null,
        after_timestamp timestamptz(3) null,
        after_id uuid null,
        looked bigint not null default 0,
        counted bigint not null default 0,
        finished_at timestamptz(3) null
      )`);
    this.addSql(`create index meter_backfills_running_index on meter_backfills (meter_id) where finished_at is null`);

    this.addSql(`alter table outbox drop constraint outbox_topic_check`);
    this.addSql(`
      alter table outbox add constraint outbox_topic_check check (
        topic in ('webhooks', 'webhook_retry', 'webhook_redelivery', 'grant', 'checkout', 'processor_event',
          'processor_fee', 'email', 'document', 'tax_record', 'meter_backfill'))`);

    // In one call: each statement of a function sees what was committed before it, so that the meters it answers with
    // are those of after the lock. An id is a UUID of version 7, whose time is that of the event's reception.
    this.addSql(`
      create function record_system_events(given jsonb)
      returns table (subject uuid, name text, ms float8, metadata jsonb, meter_id uuid, organization_id uuid, filter jsonb,
        aggregation jsonb, received_at text) language plpgsql as $$
      #variable_conflict use_column
      declare
        received timestamptz;
        received_ms text;
      begin
        perform pg_advisory_xact_lock_shared(4815162342);
        received := clock_timestamp();
        received_ms := lpad(to_hex(floor(extract(epoch from received) * 1000)::bigint), 12, '0');
        return query
          with put as (
            insert into events (id, organization_id, subject, customer_id, external_customer_id, name, source,
              "timestamp", received_at, metadata)
            select (received_ms || '7' || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid,
              c.organization_id, coalesce(c.external_subject, c.id), c.id, c.external_id, g.name, 'system',
              g."timestamp", received, g.metadata
            from jsonb_to_recordset(given) as g (customer_id uuid, name text, "timestamp" timestamptz, metadata jsonb)
            join customers c on c.id = g.customer_id
            returning *
          )
          select put.subject, put.name, (extract(epoch from put."timestamp") * 1000)::float8, put.metadata, m.id,
            m.organization_id, m.filter, m.aggregation, received::text
          from put join meters m on m.organization_id = put.organization_id and m.archived_at is null;
      end $$`);
  }
}
