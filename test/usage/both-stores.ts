/** A Postgres and a ClickHouse of one's own, with events on their way from one to the other. */
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { Client } from 'pg';
import type { OrganizationId } from '../../billing/ids.ts';
import type { ClickHouseClient } from '../../usage/clickhouse/connection.ts';
import { copyNext, startCopying, switchOver } from '../../usage/copy-events.ts';
import { EventWriter } from '../../usage/event-writer.ts';
import { EventMover } from '../../usage/move-events.ts';
import type { NewEvent } from '../../usage/new-event.ts';
import { subjectOf } from '../../usage/subjects.ts';
import { freshDatabase } from '../api/fresh-database.ts';
import { freshClickHouse } from './clickhouse.ts';

export type BothStores = Awaited<ReturnType<typeof bothStores>>;

/** `server`: a ClickHouse of one's own instead of the one that all tests share. */
export async function bothStores(server?: string) {
  const [database, clickhouse] = await Promise.all([freshDatabase(), freshClickHouse(server)]);
  const client = new Client({ connectionString: database.url });
  await client.connect();
  const writer = new EventWriter(database.url);
  const mover = new EventMover(database.url, clickhouse.client);
  const organizationId = randomUUID() as OrganizationId;

  const event = (name = 'call'): NewEvent => ({
    ...{ subject: subjectOf(organizationId, 'ann'), customerId: null, externalCustomerId: 'ann', memberId: null },
    ...{ externalMemberId: null, name, source: 'user', timestamp: Date.now(), externalId: null, parentId: null },
    metadata: { tokens: 3, text: `it's "quoted"\n\t\\ in Ö` },
  });

  const stores = {
    ...{ client, clickhouse, database, mover, writer, organizationId, event },
    write: (count: number, name?: string) =>
      writer.write({ organizationId, events: Array.from({ length: count }, () => event(name)) }),
    /** As if they had been received then. */
    received: (...times: string[]) =>
      client.query(
        `insert into events (id, organization_id, subject, name, source, "timestamp", received_at, metadata)
         select gen_random_uuid(), $2, $2, 'call', 'user', at, at, '{}' from unnest($1::timestamptz[]) at`,
        [times, organizationId],
      ),
    /** Long ones, of 98 kB each: `at` is SQL, in which `n` counts them. */
    async long(count: number, at = 'clock_timestamp()'): Promise<void> {
      await client.query('alter table events_other alter column metadata set storage external');
      await client.query(
        `insert into events (id, organization_id, subject, name, source, "timestamp", received_at, metadata)
         select gen_random_uuid(), $1, $1, 'call', 'user', now(), ${at}, jsonb_build_object('text', repeat('x', 98000))
         from generate_series(1, ${count}) n`,
        [organizationId],
      );
    },
    async inPostgres(): Promise<string[]> {
      const { rows } = await client.query<{ id: string }>('select id from events order by id');
      return rows.map(({ id }) => id);
    },
    /** Each once: where ClickHouse is slow, some are carried twice. '': each as often as it is found there. */
    inClickHouse: (final: '' | 'final' = 'final') =>
      clickhouse.client
        .query({ query: `select toString(id) as id from events ${final} order by id`, format: 'JSONEachRow' })
        .then((answer) => answer.json<{ id: string }>())
        .then((rows) => rows.map(({ id }) => id)),
    async copies(ms = 60_000): Promise<void> {
      await startCopying(client);
      for (let slice = { ms, isCaughtUp: false }; !slice.isCaughtUp; ) {
        slice = await copyNext(client, clickhouse.client, slice.ms);
      }
    },
    /** Events are read in ClickHouse afterwards. */
    async movesOver(): Promise<void> {
      do await stores.copies();
      while (!(await switchOver(client, clickhouse.client)));
    },
    async [Symbol.asyncDispose]() {
      await writer.close();
      await mover.close();
      await client.end();
      await clickhouse[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
  return stores;
}

/** One that never takes in more than `most` bytes at once, as if it were too slow for them. */
export function slow(client: ClickHouseClient, most: number): ClickHouseClient {
  const exec: ClickHouseClient['exec'] = async (asked: Parameters<ClickHouseClient['exec']>[0]) => {
    if (!('values' in asked) || asked.values === undefined) return client.exec(asked);
    const chunks: Buffer[] = [];
    for await (const chunk of asked.values) chunks.push(Buffer.from(chunk));
    const isTooMuch = chunks.reduce((sum, { length }) => sum + length, 0) > most;
    if (isTooMuch) await new Promise((_, fail) => asked.abort_signal?.addEventListener('abort', fail));
    return client.exec({ ...asked, values: Readable.from(chunks, { objectMode: false }) });
  };
  return new Proxy(client, {
    get: (target, property) => (property === 'exec' ? exec : Reflect.get(target, property)),
  });
}

/** One that fails at the commit, as if the process had been killed before it. */
export function torn(client: Client): Client {
  return new Proxy(client, {
    get: (target, property) =>
      property === 'query'
        ? (text: string, values?: unknown[]) => target.query(text === 'commit' ? 'selec' : text, values)
        : Reflect.get(target, property),
  });
}

/** One that others get ahead of, once, before it begins a transaction. */
export function beforeBegin(client: Client, others: () => Promise<void>): Client {
  let isFirst = true;
  const query = async (text: string, values?: unknown[]) => {
    if (text === 'begin' && isFirst) {
      isFirst = false;
      await others();
    }
    return target(text, values);
  };
  const target = (text: string, values?: unknown[]) => client.query(text, values);
  return new Proxy(client, {
    get: (of, property) => (property === 'query' ? query : Reflect.get(of, property)),
  });
}
