/** What came in under a name is counted from the events once each, though more of them come in meanwhile. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { MeterId, OrganizationId } from '../../billing/ids.ts';
import type { EventStore } from '../../usage/event-store.ts';
import { namedUsage } from '../../usage/named-usage.ts';
import { subjectOf } from '../../usage/subjects.ts';
import { freshStores, onBothStores, type Stored } from './stores.ts';

/** As many as are read in one go. */
const PAGE = 10_000;

let stored: Stored;
beforeAll(async () => {
  stored = await freshStores();
});
afterAll(async () => {
  await stored[Symbol.asyncDispose]();
});

onBothStores(
  () => stored.orm,
  () => {
    it('counts each event once, though one that it ignores comes in between two pages', async () => {
      const organization = randomUUID() as OrganizationId;
      const named = subjectOf(organization, 'ada');
      const put = (count: number, metadata: object, age: string) =>
        stored.orm.em.fork().execute(
          `insert into events (id, organization_id, subject, external_customer_id, name, source, "timestamp", received_at, metadata)
           select gen_random_uuid(), ?::uuid, ?::uuid, 'ada', 'call', 'user', now() - ?::interval - n % 5000 * interval '1 s',
             now() - interval '10 s', ?::jsonb
           from generate_series(1, ?::int) n`,
          [organization, named, age, JSON.stringify(metadata), count],
        );
      await put(PAGE, { tokens: 1 }, '1 minute');
      const busy: EventStore = Object.assign(Object.create(stored.store), {
        page: async (...asked: Parameters<EventStore['page']>) => {
          const events = await stored.store.page(...asked);
          await put(1, { words: 1 }, '1 day');
          return events;
        },
      });
      const usage = await namedUsage(busy, named, {
        meter: {
          ...{ id: randomUUID() as MeterId, organizationId: organization },
          filter: { conjunction: 'and', clauses: [{ property: 'name', operator: 'eq', value: 'call' }] },
          aggregation: { func: 'sum', property: 'tokens' },
        },
        ...{ from: new Date(0), end: null },
      });
      expect(usage?.running.tally).toMatchObject({ count: PAGE, sum: `${PAGE}` });
    });
  },
);
