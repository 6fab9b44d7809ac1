/**
 * How events are read, wherever they lie: in Postgres (usage/postgres/), or in ClickHouse (usage/clickhouse/). Both find
 * the same. What is asked is plain data; who writes events, and what they add to balances, is of no concern here.
 */
import type { Aggregation } from '../billing/aggregations.ts';
import type { Filter } from '../billing/event-filters.ts';
import type { CustomerId, EventId, MemberId, OrganizationId } from '../billing/ids.ts';
import type { Subject } from './subjects.ts';
import type { CountedEvent } from './tallied.ts';

/** Which events: all that is said must be true of them. */
export interface EventQuery {
  readonly organization: OrganizationId;
  /** Whose; none of them: nobody's. */
  readonly subjects?: readonly Subject[] | undefined;
  readonly filters?: readonly Filter[] | undefined;
  /** By the events' own time. */
  readonly from?: Date | undefined;
  readonly before?: Date | undefined;
  /** Behind this one, whatever comes in before it meanwhile. */
  readonly after?: EventPlace | undefined;
  /** By when they came in. */
  readonly receivedFrom?: Date | undefined;
  readonly names?: readonly string[] | undefined;
  readonly sources?: readonly EventSource[] | undefined;
  /** In their name or metadata, in capitals or not. */
  readonly holding?: string | undefined;
  readonly place?: Place | undefined;
  /** By keys of the metadata, each with the values that it may have, as text. */
  readonly metadata?: Readonly<Record<string, readonly string[]>> | undefined;
}

export type EventSource = 'system' | 'user';

/** In the order of timestamps, and of ids where those are the same. */
export interface EventPlace {
  /** ms since 1970. */
  readonly timestamp: number;
  readonly id: EventId;
}

/** What is right under an event; or all down to a depth from an event, or from those that are part of no other (null). */
export type Place = { readonly parent: EventId } | { readonly root: EventId | null; readonly depth: number };

export interface StoredEvent {
  readonly id: EventId;
  /** ms since 1970. */
  readonly timestamp: number;
  readonly customerId: CustomerId | null;
  readonly externalCustomerId: string | null;
  readonly memberId: MemberId | null;
  readonly externalMemberId: string | null;
  readonly parentId: EventId | null;
  readonly name: string;
  readonly source: EventSource;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** By timestamp, and by id where that is the same. */
export interface PageOfEvents {
  readonly direction: 'asc' | 'desc';
  readonly limit: number;
  readonly offset: number;
}

/** A name that events came in under. */
export interface SeenName {
  readonly name: string;
  readonly source: EventSource;
  readonly occurrences: number;
  /** ms since 1970, by the events' own time. */
  readonly firstSeen: number;
  readonly lastSeen: number;
}

export interface QuantitiesAsked {
  readonly aggregation: Aggregation;
  /** Each customer is counted apart, and then this made of what that came to. */
  readonly ofCustomers?: Aggregation['func'] | undefined;
  /** ms since 1970, each later than the one before; the first not after any event that is asked for. */
  readonly starts: readonly number[];
}

/** Decimals. */
export interface Quantities {
  /** As the starts asked for: of what is not before a start, and before the next one. */
  readonly quantities: readonly string[];
  /** Made of all events. */
  readonly total: string;
}

export interface StatisticsAsked {
  /** Of numbers in the metadata. */
  readonly properties: readonly string[];
  /** As those of quantities. */
  readonly starts: readonly number[];
  /** Of the rows that are answered, whichever. */
  readonly limit: number;
}

/** What is known of the events of a name, in one stretch of time or in all of them together. */
export interface NameStatistics {
  readonly name: string;
  readonly source: EventSource;
  /** Which of the starts it begins at; null: all of the time. */
  readonly bucket: number | null;
  readonly occurrences: number;
  readonly subjects: number;
  /** As the properties asked for; null where no event has a number there. */
  readonly figures: readonly (Figures | null)[];
}

export interface Figures {
  /** Decimals. */
  readonly total: string;
  readonly average: string;
  /** Half of the values are at most so much; 95 and 99 of a hundred. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

export interface SubjectSum {
  readonly subject: Subject;
  /** As the events name them. */
  readonly externalCustomerId: string | null;
  /** Events that have a number there. */
  readonly count: number;
  /** A decimal. */
  readonly sum: string;
}

/** An event as it is counted. */
export interface NextEvent extends CountedEvent {
  readonly id: EventId;
}

export interface EventStore {
  page(query: EventQuery, page: PageOfEvents): Promise<StoredEvent[]>;
  count(query: EventQuery): Promise<number>;
  one(organization: OrganizationId, id: EventId): Promise<StoredEvent | null>;
  /** Which of these are events of the organization. */
  known(organization: OrganizationId, ids: readonly EventId[]): Promise<Set<EventId>>;
  /** How many are right under each; those that have none are left out. */
  childCounts(organization: OrganizationId, ids: readonly EventId[]): Promise<Map<EventId, number>>;
  names(query: EventQuery): Promise<SeenName[]>;
  quantities(query: EventQuery, asked: QuantitiesAsked): Promise<Quantities>;
  statistics(query: EventQuery, asked: StatisticsAsked): Promise<NameStatistics[]>;
  /** Of a number in the metadata, for each subject that has any: at most `limit` of them, whichever. */
  sumsBySubject(query: EventQuery, property: string, limit: number): Promise<SubjectSum[]>;
  /** In the order of timestamp and id, of what was received before `receivedBefore`, a time of Postgres to the µs. */
  nextAfter(next: NextEvents): Promise<NextEvent[]>;
}

export interface NextEvents {
  readonly organization: OrganizationId;
  /** As Postgres writes it, to the µs. */
  readonly receivedBefore: string;
  /** Null: from the first. */
  readonly after: EventPlace | null;
  readonly limit: number;
}
