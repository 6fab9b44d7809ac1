/** Events where they came in: in Postgres. */
import type { CustomerId, EventId, MemberId, OrganizationId } from '../../billing/ids.ts';
import { receivedAtOf } from '../event-ids.ts';
import type {
  EventQuery,
  EventSource,
  EventStore,
  NameStatistics,
  NextEvent,
  NextEvents,
  PageOfEvents,
  Quantities,
  QuantitiesAsked,
  SeenName,
  StatisticsAsked,
  StoredEvent,
  SubjectSum,
} from '../event-store.ts';
import { contributionSql } from './aggregation-sql.ts';
import { conditionOf } from './conditions.ts';
import type { Ask } from './fragments.ts';
import { quantitiesIn } from './quantities.ts';
import { statisticsIn } from './statistics.ts';

export class PostgresEvents implements EventStore {
  private readonly ask: Ask;

  constructor(ask: Ask) {
    this.ask = ask;
  }

  page(query: EventQuery, { direction, limit, offset }: PageOfEvents): Promise<StoredEvent[]> {
    const { text, values } = conditionOf(query);
    return this.read(`${text} order by e."timestamp" ${direction}, e.id ${direction} limit ? offset ?`, [
      ...values,
      limit,
      offset,
    ]);
  }

  async count(query: EventQuery): Promise<number> {
    const { text, values } = conditionOf(query);
    const [counted] = await this.ask<{ n: number }>(`select count(*)::float8 as n from events e where ${text}`, values);
    return counted?.n ?? 0;
  }

  /** Its id says when it was received, and so where it stands. */
  async one(organization: OrganizationId, id: EventId): Promise<StoredEvent | null> {
    const received = receivedAtOf(id);
    if (received === null) return null;
    const [found] = await this.read(
      'e.id = ? and e.organization_id = ? and e.received_at >= ?::timestamptz and e.received_at < ?::timestamptz',
      [id, organization, new Date(received).toISOString(), new Date(received + 1).toISOString()],
    );
    return found ?? null;
  }

  async known(organization: OrganizationId, ids: readonly EventId[]): Promise<Set<EventId>> {
    const placed = ids.flatMap((id) => {
      const received = receivedAtOf(id);
      return received === null ? [] : [{ id, received }];
    });
    if (placed.length === 0) return new Set();
    const instants = (later: number) => `{${placed.map(({ received }) => new Date(received + later).toISOString())}}`;
    const found = await this.ask<{ id: EventId }>(
      `select g.id from unnest(?::uuid[], ?::timestamptz[], ?::timestamptz[]) as g (id, since, before), lateral (
         select from events e where e.id = g.id and e.organization_id = ?
           and e.received_at >= g.since and e.received_at < g.before limit 1) found`,
      [`{${placed.map(({ id }) => id)}}`, instants(0), instants(1), organization],
    );
    return new Set(found.map(({ id }) => id));
  }

  async childCounts(organization: OrganizationId, ids: readonly EventId[]): Promise<Map<EventId, number>> {
    const counted = await this.ask<{ id: EventId; children: number }>(
      `select parent_id as id, count(*)::int as children from events
       where parent_id = any(?::uuid[]) and organization_id = ? group by parent_id`,
      [`{${ids.join(',')}}`, organization],
    );
    return new Map(counted.map(({ id, children }) => [id, children]));
  }

  names(query: EventQuery): Promise<SeenName[]> {
    const { text, values } = conditionOf(query);
    return this.ask(
      `select e.name, e.source, count(*)::float8 as occurrences,
         (extract(epoch from min(e."timestamp")) * 1000)::float8 as "firstSeen",
         (extract(epoch from max(e."timestamp")) * 1000)::float8 as "lastSeen"
       from events e where ${text} group by e.name, e.source`,
      values,
    );
  }

  quantities(query: EventQuery, asked: QuantitiesAsked): Promise<Quantities> {
    return quantitiesIn(this.ask, query, asked);
  }

  statistics(query: EventQuery, asked: StatisticsAsked): Promise<NameStatistics[]> {
    return statisticsIn(this.ask, query, asked);
  }

  sumsBySubject(query: EventQuery, property: string, limit: number): Promise<SubjectSum[]> {
    const value = contributionSql({ func: 'sum', property });
    const condition = conditionOf(query);
    return this.ask(
      `select subject, max(external_customer_id) as "externalCustomerId", count(*)::float8 as count,
         trim_scale(sum(value))::text as sum
       from (select e.subject, e.external_customer_id, ${value.text} as value from events e where ${condition.text}) valued
       where value is not null group by subject limit ?`,
      [...value.values, ...condition.values, limit],
    );
  }

  nextAfter({ organization, receivedBefore, after, limit }: NextEvents): Promise<NextEvent[]> {
    return this.ask(
      `select id, subject, name, source, (extract(epoch from "timestamp") * 1000)::float8 as timestamp, metadata
       from events
       where organization_id = ? and received_at < ?::timestamptz and ("timestamp", id) > (?::timestamptz, ?::uuid)
       order by "timestamp", id limit ?`,
      [
        ...[organization, receivedBefore],
        ...[after ? new Date(after.timestamp).toISOString() : '-infinity', after?.id ?? NO_ID, limit],
      ],
    );
  }

  /** Those for which `condition` holds, of the table of events under the name `e`. */
  private async read(condition: string, values: readonly unknown[]): Promise<StoredEvent[]> {
    const rows = await this.ask<EventRow>(
      `select e.id, (extract(epoch from e."timestamp") * 1000)::float8 as timestamp, e.customer_id,
         e.external_customer_id, e.member_id, e.external_member_id, e.parent_id, e.name, e.source, e.metadata
       from events e where ${condition}`,
      values,
    );
    return rows.map(storedEvent);
  }
}

const NO_ID = '00000000-0000-0000-0000-000000000000';

interface EventRow {
  readonly id: EventId;
  readonly timestamp: number;
  readonly customer_id: CustomerId | null;
  readonly external_customer_id: string | null;
  readonly member_id: MemberId | null;
  readonly external_member_id: string | null;
  readonly parent_id: EventId | null;
  readonly name: string;
  readonly source: EventSource;
  readonly metadata: Record<string, unknown>;
}

const storedEvent = (row: EventRow): StoredEvent => ({
  id: row.id,
  timestamp: row.timestamp,
  customerId: row.customer_id,
  externalCustomerId: row.external_customer_id,
  memberId: row.member_id,
  externalMemberId: row.external_member_id,
  parentId: row.parent_id,
  name: row.name,
  source: row.source,
  metadata: row.metadata,
});
