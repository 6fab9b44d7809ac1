/** Numbers that are finer than ClickHouse's decimals count in both stores, and come to the same but for less than 10^-30 each. */
import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { askOf } from '../../db/ask.ts';
import { ClickHouseEvents } from '../../usage/clickhouse/events.ts';
import { PostgresEvents } from '../../usage/postgres/events.ts';
import { bothStores } from './both-stores.ts';
import { describeOnClickHouse } from './clickhouse.ts';

describeOnClickHouse('fine numbers', () => {
  it.each([
    [[1e-31, 0.9e-30]],
    [[1.2345678901234567e-20, 1]],
    [[5e-324, -5e-324]],
    [[1e15, 1e-12, 999_999_999_999_999.1]],
  ])('%j', async (values) => {
    await using stores = await bothStores();
    const { database, organizationId: organization, clickhouse } = stores;
    const events = values.map((tokens) => ({ ...stores.event(), externalId: randomUUID(), metadata: { tokens } }));
    await stores.writer.write({ organizationId: organization, events });
    await stores.copies();
    const ask = askOf(database.orm);
    const figures = [new PostgresEvents(ask), new ClickHouseEvents(clickhouse.client, ask)].map(async (store) => {
      const asked = { properties: ['tokens'], starts: [0], limit: 5 };
      const [statistics] = await store.statistics({ organization }, asked);
      const sums = await store.sumsBySubject({ organization }, 'tokens', 5);
      return { total: Number(statistics?.figures[0]?.total), counted: sums[0]?.count };
    });
    const [inPostgres, inClickHouse] = await Promise.all(figures);
    expect(inPostgres?.counted).toBe(values.length);
    expect(inClickHouse?.counted).toBe(values.length);
    expect(Math.abs((inPostgres?.total ?? 0) - (inClickHouse?.total ?? 1))).toBeLessThanOrEqual(values.length * 1e-30);
  });
});
