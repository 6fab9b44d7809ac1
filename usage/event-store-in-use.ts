/**
 * The store that events are read in now, for one process: Postgres, or ClickHouse while they are there. What still lies in
 * Postgres then is carried over before ClickHouse is asked, so that an event is found once it has been taken in.
 */

import { ClickHouseError } from '@clickhouse/client';
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
import { type EventStoreState, isInClickHouse } from './event-store-state.ts';
import { EventMover, type Moved } from './move-events.ts';
import { PostgresEvents } from './postgres/events.ts';
import type { Ask } from './postgres/fragments.ts';

/** A list lacks what is not over there by then. */
const CARRY_WITHIN_MS = 5_000;

/** It may go well in a while. */
export class EventsAway extends Error {
  override readonly name = 'EventsAway';
}

export interface EventStoreOptions {
  readonly ask: Ask;
  readonly databaseUrl: string;
  readonly clickhouseUrl?: string | undefined;
  /** For whoever bills by what is found: where not all can be carried over in time, the question fails. */
  readonly isWhole?: boolean;
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
  private readonly isWhole: boolean;
  private carrying: Promise<unknown> = Promise.resolve();
  private nextCarrying: Promise<Moved> | null = null;

  /** Nothing is asked before the first question. */
  constructor({ ask, databaseUrl, clickhouseUrl, isWhole = false }: EventStoreOptions) {
    this.ask = ask;
    this.isWhole = isWhole;
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
  sumsBySubject = (query: EventQuery, property: string, limit: number) =>
    this.read((store) => store.sumsBySubject(query, property, limit));
  /** Nothing may be missing: whoever reads in an order doesn't come back. */
  nextAfter = (next: NextEvents) => this.read((store) => store.nextAfter(next), true);

  /** Ends what it has opened itself. */
  async close(): Promise<void> {
    if (this.elsewhere === null) return;
    await this.elsewhere.mover.close();
    await this.elsewhere.client.close();
  }

  /** Once more where they were switched over in between: some of it may have been taken away, or not be there yet. */
  private async read<T>(work: (store: EventStore) => Promise<T>, isWhole = this.isWhole): Promise<T> {
    for (let isElsewhere = await this.isElsewhere(); ; ) {
      const reading = isElsewhere ? this.readElsewhere(work, isWhole) : work(this.postgres);
      // Its failure counts only where it was asked in the right place.
      await reading.catch(() => {});
      if (this.elsewhere === null) return reading;
      const isNow = await this.isElsewhere();
      if (isNow === isElsewhere) return reading;
      isElsewhere = isNow;
    }
  }

  private async readElsewhere<T>(work: (store: EventStore) => Promise<T>, isWhole: boolean): Promise<T> {
    if (this.elsewhere === null) throw new Error('Events are in ClickHouse, and CLICKHOUSE_URL is not set.');
    const { isComplete } = await this.carryOver(this.elsewhere.mover).catch((cause: unknown) => {
      throw new EventsAway('Events can’t be carried over to ClickHouse now.', { cause });
    });
    if (isWhole && !isComplete) throw new EventsAway('Events are still being carried over to ClickHouse.');
    try {
      return await work(this.elsewhere.events);
    } catch (cause) {
      if (isMistaken(cause)) throw cause;
      throw new EventsAway('Events can’t be read in ClickHouse now.', { cause });
    }
  }

  private async isElsewhere(): Promise<boolean> {
    const [row] = await this.ask<{ state: EventStoreState }>('select state from event_store', []);
    return row !== undefined && isInClickHouse(row.state);
  }

  /** Of what is there now: whoever asks while it is under way shares the next time. */
  private carryOver(mover: EventMover): Promise<Moved> {
    this.nextCarrying ??= this.carrying
      .catch(() => {})
      .then(() => {
        this.nextCarrying = null;
        const moved = mover.move(CARRY_WITHIN_MS);
        this.carrying = moved;
        return moved;
      });
    return this.nextCarrying;
  }
}

function elsewhere(url: string, databaseUrl: string, ask: Ask): Elsewhere {
  const client = connectClickHouse(url);
  return { client, mover: new EventMover(databaseUrl, client), events: new ClickHouseEvents(client, ask) };
}

/**
 * What ClickHouse says of a question that it can’t make sense of, however often it is asked: text or values that it can’t
 * parse, names and types that don’t fit, more of it than it takes. All else is about itself, and passes.
 */
const MISTAKES = new Set([
  ...['6', '27', '36', '38', '41', '42', '43', '44', '46', '47', '48', '50', '53', '62', '63', '69', '70', '72', '125'],
  ...['131', '153', '167', '168', '179', '184', '190', '215', '306', '386', '407', '456', '457'],
]);

const isMistaken = (error: unknown): boolean => error instanceof ClickHouseError && MISTAKES.has(error.code);
