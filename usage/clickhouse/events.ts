/**
 * Events in ClickHouse. A row may be there twice until parts of the table are merged, so that what is counted or shown is
 * read `final`: each once. UUIDs are put into the order of their text, which is Postgres'.
 */
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
import type { Ask } from '../postgres/fragments.ts';
import type { Subject } from '../subjects.ts';
import { conditionOf, isAfter } from './conditions.ts';
import type { ClickHouseClient } from './connection.ts';
import { Parameters } from './parameters.ts';
import { quantitiesIn } from './quantities.ts';
import { type Read, readOf } from './read.ts';
import { statisticsIn, sumsBySubjectIn } from './statistics.ts';

export class ClickHouseEvents implements EventStore {
  private readonly read: Read;
  private readonly ask: Ask;

  /** `ask`: Postgres, about customers. */
  constructor(clickhouse: ClickHouseClient, ask: Ask) {
    this.read = readOf(clickhouse);
    this.ask = ask;
  }

  page(query: EventQuery, { direction, limit, offset }: PageOfEvents): Promise<StoredEvent[]> {
    const parameters = new Parameters();
    return this.readEvents(
      `${conditionOf(query, parameters)} order by timestamp ${direction}, UUIDToNum(id) ${direction}
       limit ${parameters.integer(limit)} offset ${parameters.integer(offset)}`,
      parameters,
    );
  }

  async count(query: EventQuery): Promise<number> {
    const parameters = new Parameters();
    const [counted] = await this.read<{ n: number }>(
      `select count() as n from events final where ${conditionOf(query, parameters)}`,
      parameters,
    );
    return Number(counted?.n ?? 0);
  }

  /** Its id says when it was received, and so where it stands. */
  async one(organization: OrganizationId, id: EventId): Promise<StoredEvent | null> {
    const received = receivedAtOf(id);
    if (received === null) return null;
    const parameters = new Parameters();
    const [found] = await this.readEvents(
      `organization_id = ${parameters.uuid(organization)} and id = ${parameters.uuid(id)}
         and received_at >= ${parameters.instant(received)} and received_at < ${parameters.instant(received + 1)}`,
      parameters,
    );
    return found ?? null;
  }

  async known(organization: OrganizationId, ids: readonly EventId[]): Promise<Set<EventId>> {
    const received = ids.flatMap((id) => receivedAtOf(id) ?? []);
    if (received.length === 0) return new Set();
    const parameters = new Parameters();
    const found = await this.readEvents(
      `organization_id = ${parameters.uuid(organization)} and id in ${parameters.uuids(ids)}
         and received_at >= ${parameters.instant(Math.min(...received))}
         and received_at < ${parameters.instant(Math.max(...received) + 1)}`,
      parameters,
    );
    return new Set(found.map(({ id }) => id));
  }

  async childCounts(organization: OrganizationId, ids: readonly EventId[]): Promise<Map<EventId, number>> {
    if (ids.length === 0) return new Map();
    const parameters = new Parameters();
    const counted = await this.read<{ id: EventId; children: number }>(
      `select parent_id as id, count() as children from events final
       where organization_id = ${parameters.uuid(organization)} and parent_id in ${parameters.uuids(ids)}
       group by parent_id`,
      parameters,
    );
    return new Map(counted.map(({ id, children }) => [id, Number(children)]));
  }

  async names(query: EventQuery): Promise<SeenName[]> {
    const parameters = new Parameters();
    const rows = await this.read<SeenName>(
      `select name, source, count() as occurrences, toUnixTimestamp64Milli(min(timestamp)) as firstSeen,
         toUnixTimestamp64Milli(max(timestamp)) as lastSeen
       from events final where ${conditionOf(query, parameters)} group by name, source`,
      parameters,
    );
    return rows.map((row) => ({
      ...row,
      occurrences: Number(row.occurrences),
      firstSeen: Number(row.firstSeen),
      lastSeen: Number(row.lastSeen),
    }));
  }

  quantities(query: EventQuery, asked: QuantitiesAsked): Promise<Quantities> {
    return quantitiesIn(this.read, this.ask, query, asked);
  }

  statistics(query: EventQuery, asked: StatisticsAsked): Promise<NameStatistics[]> {
    return statisticsIn(this.read, query, asked);
  }

  sumsBySubject(query: EventQuery, property: string, limit: number): Promise<SubjectSum[]> {
    return sumsBySubjectIn(this.read, query, property, limit);
  }

  async nextAfter({ organization, receivedBefore, after, limit }: NextEvents): Promise<NextEvent[]> {
    const parameters = new Parameters();
    const rows = await this.read<NextRow>(
      `select id, subject, name, source, toUnixTimestamp64Milli(timestamp) as at, metadata from events final
       where organization_id = ${parameters.uuid(organization)}
         and received_at < parseDateTime64BestEffort(${parameters.text(receivedBefore)}, 6, 'UTC') and ${after === null ? 'true' : isAfter(after, parameters)}
       order by timestamp, UUIDToNum(id) limit ${parameters.integer(limit)}`,
      parameters,
    );
    return rows.map(({ at, metadata, ...row }) => ({ ...row, timestamp: Number(at), metadata: JSON.parse(metadata) }));
  }

  private async readEvents(condition: string, parameters: Parameters): Promise<StoredEvent[]> {
    const rows = await this.read<EventRow>(
      `select id, toUnixTimestamp64Milli(timestamp) as at, customer_id as customerId,
         external_customer_id as externalCustomerId, member_id as memberId, external_member_id as externalMemberId,
         parent_id as parentId, name, source, metadata
       from events final where ${condition}`,
      parameters,
    );
    return rows.map(({ at, metadata, ...row }) => ({ ...row, timestamp: Number(at), metadata: JSON.parse(metadata) }));
  }
}

interface NextRow {
  readonly id: EventId;
  readonly subject: Subject;
  readonly name: string;
  readonly source: EventSource;
  readonly at: number;
  readonly metadata: string;
}

interface EventRow {
  readonly id: EventId;
  readonly at: number;
  readonly customerId: CustomerId | null;
  readonly externalCustomerId: string | null;
  readonly memberId: MemberId | null;
  readonly externalMemberId: string | null;
  readonly parentId: EventId | null;
  readonly name: string;
  readonly source: EventSource;
  readonly metadata: string;
}
