/**
 * The store that events are read in now, for one process: Postgres, until they have been moved to ClickHouse. What still
 * lies in Postgres then is carried over before ClickHouse is asked, so that an event is found once it has been taken in.
 */
import type { EventId, OrganizationId } from '../billing/ids.ts';
import { type ClickHouseClient, connectClickHouse } from './clickhouse/connection.ts';
import { ClickHouseEvents } from './clickhouse/events.ts';
import type {
  EventQuery,
  EventStore,
  NextEvents,
  PageOfEvents,
  QuantitiesAsked,
  StatisticsAsked,
} from './event-store.ts';
import type { EventStoreState } from './event-store-state.ts';
import { EventMover } from './move-events.ts';
import { PostgresEvents } from './postgres/events.ts';
import type { Ask } from './postgres/fragments.ts';

/** What is not over there by then is missing from the answer. */
const CARRY_WITHIN_MS = 5_000;

export interface EventStoreOptions {
  readonly ask: Ask;
  readonly databaseUrl: string;
  readonly clickhouseUrl?: string | undefined;
}

interface Elsewhere {
  readonly client: ClickHouseClient;
  readonly mover: EventMover;
  readonly events: EventStore;
}

export class EventStoreInUse implements EventStore {
  private readonly ask: Ask;
  private readonly postgres: EventStore;
  private readonly elsewhere: Elsewhere | null;
  private carrying: Promise<unknown> = Promise.resolve();
  private nextCarrying: Promise<unknown> | null = null;

  /** Nothing is asked before the first question. */
  constructor({ ask, databaseUrl, clickhouseUrl }: EventStoreOptions) {
    this.ask = ask;
    this.postgres = new PostgresEvents(ask);
    this.elsewhere = clickhouseUrl === undefined ? null : elsewhere(clickhouseUrl, databaseUrl, ask);
  }

  page = (query: EventQuery, page: PageOfEvents) => this.read((store) => store.page(query, page));
  count = (query: EventQuery) => this.read((store) => store.count(query));
  one = (organization: OrganizationId, id: EventId) => this.read((store) => store.one(organization, id));
  known = (organization: OrganizationId, ids: readonly EventId[]) =>
    this.read((store) => store.known(organization, ids));
  childCounts = (organization: OrganizationId, ids: readonly EventId[]) =>
    this.read((store) => store.childCounts(organization, ids));
  names = (query: EventQuery) => this.read((store) => store.names(query));
  quantities = (query: EventQuery, asked: QuantitiesAsked) => this.read((store) => store.quantities(query, asked));
  statistics = (query: EventQuery, asked: StatisticsAsked) => this.read((store) => store.statistics(query, asked));
  sumsBySubject = (query: EventQuery, property: string) => this.read((store) => store.sumsBySubject(query, property));
  nextAfter = (next: NextEvents) => this.read((store) => store.nextAfter(next));

  /** Ends what it has opened itself. */
  async close(): Promise<void> {
    if (this.elsewhere === null) return;
    await this.elsewhere.mover.close();
    await this.elsewhere.client.close();
  }

  private async read<T>(work: (store: EventStore) => Promise<T>): Promise<T> {
    if (await this.isMoved()) return this.readElsewhere(work);
    const found = await work(this.postgres);
    // Switched over in between, some of it may have been taken away already.
    return this.elsewhere !== null && (await this.isMoved()) ? this.readElsewhere(work) : found;
  }

  private async readElsewhere<T>(work: (store: EventStore) => Promise<T>): Promise<T> {
    if (this.elsewhere === null) throw new Error('Events are in ClickHouse, and CLICKHOUSE_URL is not set.');
    await this.carryOver(this.elsewhere.mover);
    return work(this.elsewhere.events);
  }

  private async isMoved(): Promise<boolean> {
    const [row] = await this.ask<{ state: EventStoreState }>('select state from event_store', []);
    return row?.state === 'clickhouse';
  }

  /** Of what is there now: whoever asks while it is under way shares the next time. */
  private carryOver(mover: EventMover): Promise<unknown> {
    this.nextCarrying ??= this.carrying
      .catch(() => {})
      .then(() => {
        this.nextCarrying = null;
        this.carrying = mover.move(CARRY_WITHIN_MS);
        return this.carrying;
      });
    return this.nextCarrying;
  }
}

function elsewhere(url: string, databaseUrl: string, ask: Ask): Elsewhere {
  const client = connectClickHouse(url);
  return { client, mover: new EventMover(databaseUrl, client), events: new ClickHouseEvents(client, ask) };
}
