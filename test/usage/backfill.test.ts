/** The counting of what came in before a meter was made: stopped anywhere, and asked for by several at once. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Client } from 'pg';
import type { MeterId } from '../../billing/ids.ts';
import { backfillNext } from '../../usage/backfill.ts';
import { freshStores, onBothStores, type Stored } from './stores.ts';

let stored: Stored;
let clients: Client[];

beforeAll(async () => {
  stored = await freshStores();
  clients = [1, 2, 3].map(() => new Client({ connectionString: stored.url }));
  for (const client of clients) await client.connect();
});
afterAll(async () => {
  for (const client of clients) await client.end();
  await stored[Symbol.asyncDispose]();
});

onBothStores(
  () => stored.orm,
  () => {
    it('counts each event once, in small parts, by three at once, with every other part torn down', async () => {
      const [first] = clients;
      if (first === undefined) throw new Error('No connection.');
      const { store } = stored;
      const meterId = randomUUID() as MeterId;
      const organizationId = randomUUID();
      await first.query('set session_replication_role = replica');
      await first.query(
        `insert into meters (id, created_at, organization_id, name, filter, aggregation, counts_from) values
     ($1, now(), $2, 'Tokens', '{"conjunction":"and","clauses":[]}', '{"func":"sum","property":"tokens"}', now())`,
        [meterId, organizationId],
      );
      await first.query(
        `insert into meter_backfills (meter_id, organization_id, started_at, received_before)
     select id, organization_id, now(), counts_from from meters where id = $1`,
        [meterId],
      );
      // Many of one time, and some that came in once the meter was there.
      await first.query(
        `insert into events (id, organization_id, subject, name, source, "timestamp", received_at, metadata)
     select gen_random_uuid(), $1, ('00000000-0000-4000-8000-00000000000' || n % 3)::uuid, 'call', 'user',
       '2026-03-01'::timestamptz + n % 4 * interval '1 hour',
       (select received_before from meter_backfills where meter_id = $2) + case when n > 100 then interval '1 second' else interval '-1 hour' end,
       jsonb_build_object('tokens', n)
     from generate_series(1, 120) n`,
        [organizationId, meterId],
      );
      const counting = clients.map(async (client, who) => {
        for (let part = 0; ; part += 1) {
          if (who === 0 && part % 2 === 0) {
            // As if the process had been killed before its commit.
            const torn = {
              query: (text: string, values?: unknown[]) => client.query(text === 'commit' ? 'selec' : text, values),
            };
            await backfillNext(torn as unknown as Client, store, meterId, 7).catch(() => {});
            continue;
          }
          const done = await backfillNext(client, store, meterId, 7);
          if (done?.isFinished) return done;
        }
      });
      for (const done of await Promise.all(counting))
        expect(done).toEqual({ looked: 100, counted: 100, isFinished: true });
      const { rows } = await first.query(
        'select count::int, sum::int, min::int, max::int from usage_accounts where meter_id = $1 order by subject',
        [meterId],
      );
      expect(rows).toEqual([
        { count: 33, sum: 1683, min: 3, max: 99 },
        { count: 34, sum: 1717, min: 1, max: 100 },
        { count: 33, sum: 1650, min: 2, max: 98 },
      ]);
      expect(await backfillNext(first, store, randomUUID() as MeterId)).toBeNull();
    });
  },
);
