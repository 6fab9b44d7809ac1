import { Migration } from '@mikro-orm/migrations';

/** Events of the product's own that no customer is known of yet, such as a checkout that is opened. */
export class Migration20261124000020_events_of_nobody extends Migration {
  override up(): void {
    this.addSql(`
      create or replace function record_system_events(given jsonb)
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
              coalesce(c.organization_id, g.organization_id), coalesce(c.external_subject, c.id, g.subject), c.id,
              c.external_id, g.name, 'system', g."timestamp", received, g.metadata
            from jsonb_to_recordset(given) as g (customer_id uuid, organization_id uuid, subject uuid, name text,
              "timestamp" timestamptz, metadata jsonb)
            left join customers c on c.id = g.customer_id
            where c.id is not null or g.subject is not null
            returning *
          )
          select put.subject, put.name, (extract(epoch from put."timestamp") * 1000)::float8, put.metadata, m.id,
            m.organization_id, m.filter, m.aggregation, received::text
          from put join meters m on m.organization_id = put.organization_id and m.archived_at is null;
      end $$`);
  }
}
