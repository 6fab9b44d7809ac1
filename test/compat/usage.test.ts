/** Events and meters, asked for by the peer's published SDK, whose own schemas judge the answers. */
import { randomUUID } from 'node:crypto';
import { Polar } from '@polar-sh/sdk';
import { type Running, startRunning } from '../api/running.ts';

let running: Running;
let polar: Polar;

beforeAll(async () => {
  running = await startRunning();
  const { token } = await running.aMerchant();
  polar = new Polar({ accessToken: token, serverURL: running.api });
});
afterAll(() => running.close());

async function items<T>(pages: Promise<AsyncIterable<{ result: { items: T[] } }>>): Promise<T[]> {
  for await (const page of await pages) return page.result.items;
  return [];
}

const tokens = {
  name: 'Tokens',
  filter: {
    conjunction: 'and' as const,
    clauses: [
      { property: 'name', operator: 'eq' as const, value: 'call' },
      {
        conjunction: 'or' as const,
        clauses: [{ property: '_llm.total_tokens', operator: 'gt' as const, value: 0 }],
      },
    ],
  },
  aggregation: { func: 'sum' as const, property: '_llm.total_tokens' },
};

it('meters are created in each form, listed, read and changed', async () => {
  const token = await polar.meters.create({ ...tokens, unit: 'token', metadata: { plan: 'pro' } });
  const calls = await polar.meters.create({ ...tokens, name: 'Calls', aggregation: { func: 'count' } });
  const models = await polar.meters.create({
    ...{ ...tokens, name: 'Models', aggregation: { func: 'unique' as const, property: '_llm.model' } },
    ...{ unit: 'custom' as const, customLabel: 'models', customMultiplier: 10 },
  });
  expect((await items(polar.meters.list({ sorting: ['created_at'] }))).map(({ id }) => id)).toEqual(
    [token, calls, models].map(({ id }) => id),
  );
  expect(await items(polar.meters.list({ query: 'call', isArchived: false }))).toHaveLength(1);
  expect(await items(polar.meters.list({ metadata: { plan: 'pro' } }))).toHaveLength(1);
  expect(await polar.meters.get({ id: models.id })).toMatchObject({ customLabel: 'models', customMultiplier: 10 });
  const archived = await polar.meters.update({ id: models.id, meterUpdate: { isArchived: true } });
  expect(archived.archivedAt).toBeInstanceOf(Date);
  const renamed = await polar.meters.update({
    ...{ id: calls.id, meterUpdate: { name: 'All calls', aggregation: { func: 'max', property: 'x' } } },
  });
  expect(renamed).toMatchObject({ name: 'All calls', aggregation: { func: 'max', property: 'x' } });
});

it('events are ingested, listed, read, counted and named', async () => {
  const customer = await polar.customers.create({ email: `ada-${randomUUID()}@example.com`, externalId: 'ada' });
  const timestamp = new Date('2026-03-01T12:00:00Z');
  const call = { name: 'call', timestamp };
  const llm = { vendor: 'Example', model: 'm', inputTokens: 10, outputTokens: 5, totalTokens: 15 };
  const ingested = await polar.events.ingest({
    events: [
      {
        ...call,
        externalCustomerId: 'ada',
        externalId: 'one',
        metadata: { _llm: llm, _cost: { amount: 0.25, currency: 'usd' } },
      },
      { ...call, externalCustomerId: 'ben', metadata: { tokens: 1.5, cached: true, model: 'm' } },
      { ...call, customerId: customer.id, externalId: 'one' },
    ],
  });
  expect(ingested).toMatchObject({ inserted: 2, duplicates: 1 });
  await polar.events.ingest({ events: [{ name: 'step', customerId: customer.id, parentId: 'one' }] });
  const listed = await polar.events.list({ source: 'user', customerId: customer.id, sorting: ['timestamp'] });
  if (!('maxPage' in listed.pagination)) throw new Error('Not counted.');
  expect([listed.items.length, listed.pagination.totalCount]).toEqual([2, 2]);
  const [event] = listed.items;
  expect(event).toMatchObject({
    name: 'call',
    childCount: 1,
    customerId: customer.id,
    customer: { externalId: 'ada' },
  });
  expect(await polar.events.get({ id: event?.id ?? '' })).toEqual(event);
  const all = {
    ...{ startTimestamp: timestamp, endTimestamp: new Date('2026-03-02'), externalCustomerId: ['ada', 'ben'] },
    ...{ name: ['call'], query: 'call', depth: 0, filter: JSON.stringify(tokens.filter), metadata: { model: 'm' } },
  };
  expect((await polar.events.list(all)).items).toEqual([]);
  expect((await polar.events.list({ ...all, filter: null })).items).toHaveLength(1);
  expect((await polar.events.list({ parentId: event?.id })).items).toMatchObject([{ name: 'step' }]);
  const names = await items(polar.events.listNames({ source: 'user', sorting: ['-occurrences'] }));
  expect(names.map(({ name, occurrences }) => [name, occurrences])).toEqual([
    ['call', 2],
    ['step', 1],
  ]);
  const [type] = await items(polar.eventTypes.list({ query: 'call', rootEvents: true, source: 'user' }));
  expect(type).toMatchObject({ name: 'call', label: 'call', occurrences: 2, firstSeen: timestamp });
  const update = { label: 'Model call', labelPropertySelector: 'metadata.model' };
  expect(await polar.eventTypes.update({ id: type?.id ?? '', eventTypeUpdate: update })).toMatchObject(update);
});

it('quantities are told by time and customer', async () => {
  const { id } = await polar.meters.create({ ...tokens, name: 'Tokens by day' });
  const asked = {
    ...{ id, startTimestamp: new Date('2026-03-01'), endTimestamp: new Date('2026-03-03') },
    ...{ interval: 'day' as const, timezone: 'Europe/Berlin' as const },
  };
  const { quantities, total } = await polar.meters.quantities(asked);
  expect([quantities.map(({ quantity }) => quantity), total]).toEqual([[15, 0, 0], 15]);
  const one = await polar.meters.quantities({
    ...asked,
    externalCustomerId: 'ben',
    customerAggregationFunction: 'avg',
  });
  expect(one.total).toBe(0);
});
