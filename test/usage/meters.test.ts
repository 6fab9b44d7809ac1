/** Meters: what they count, from when, and what of them can still be changed. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../api/everything.ts';
import type { Running } from '../api/running.ts';
import { onBothStores, startRunningOnBoth } from './stores.ts';

let running: Running;
let token: string;
let organizationId: string;

beforeAll(async () => {
  running = await startRunningOnBoth();
});
afterAll(() => running.close());

beforeEach(async () => {
  const merchant = await running.aMerchant();
  token = merchant.token;
  organizationId = merchant.organization.id;
});

const call = (method: string, path: string, body?: unknown) => running.call(token, method, path, body);
const made = (method: string, path: string, body?: unknown) => running.made(token, method, path, body);
const ingest = (...events: object[]) =>
  made('POST', '/v1/events/ingest', { events: events.map((event) => ({ external_customer_id: 'ann', ...event })) });

const counting = { conjunction: 'and', clauses: [{ property: 'name', operator: 'eq', value: 'call' }] };
const calls = { name: 'Calls', filter: counting, aggregation: { func: 'count' } };
const tokens = { name: 'Tokens', filter: counting, aggregation: { func: 'sum', property: 'tokens' } };

interface Account {
  readonly count: number;
  readonly sum: string;
  readonly min: string | null;
  readonly max: string | null;
}

const accounts = (meter: string): Promise<Account[]> =>
  running.orm.em.fork().execute(
    `select count::int, trim_scale(sum)::text as sum, min::text, max::text from usage_accounts where meter_id = ?
     order by count`,
    [meter],
  );

const backfilled = (id: string) =>
  eventually(async () => {
    const meter = await made('GET', `/v1/meters/${id}`);
    return meter.backfill.status === 'finished' ? meter : undefined;
  });

describe('a meter', () => {
  it('is created, read, listed and changed', async () => {
    const { id, ...rest } = await made('POST', '/v1/meters/', { ...tokens, unit: 'token', metadata: { plan: 'pro' } });
    expect(rest).toMatchObject({ ...tokens, unit: 'token', organization_id: organizationId, archived_at: null });
    expect(rest.backfill).toMatchObject({ status: 'finished', looked: 0, counted: 0 });
    await made('POST', '/v1/meters/', calls);
    expect((await made('GET', '/v1/meters/?sorting=name')).items.map(({ name }: { name: string }) => name)).toEqual([
      'Calls',
      'Tokens',
    ]);
    expect((await made('GET', '/v1/meters/?query=oken')).pagination.total_count).toBe(1);
    expect((await made('GET', '/v1/meters/?metadata[plan]=pro')).items[0].id).toBe(id);
    const changed = await made('PATCH', `/v1/meters/${id}`, { name: 'Tokens used', metadata: {} });
    expect(changed).toMatchObject({ name: 'Tokens used', metadata: {}, filter: counting });
  });

  it('has a unit of its own, with a name', async () => {
    expect((await call('POST', '/v1/meters/', { ...calls, unit: 'custom' })).body.detail[0].loc).toEqual([
      'body',
      'custom_label',
    ]);
    const { id } = await made('POST', '/v1/meters/', { ...calls, unit: 'custom', custom_label: 'calls' });
    const changed = await made('PATCH', `/v1/meters/${id}`, { custom_multiplier: 1000 });
    expect(changed).toMatchObject({ unit: 'custom', custom_label: 'calls', custom_multiplier: 1000 });
    expect(await made('PATCH', `/v1/meters/${id}`, { unit: 'scalar' })).toMatchObject({ custom_label: null });
  });

  it('counts what comes in once it is made, for each customer apart', async () => {
    const { id } = await made('POST', '/v1/meters/', tokens);
    await ingest(
      { name: 'call', metadata: { tokens: 5 } },
      { name: 'call', metadata: { tokens: 2.5 } },
      { name: 'other', metadata: { tokens: 100 } },
      { name: 'call', external_customer_id: 'ben', metadata: { tokens: 1 } },
      { name: 'call', external_customer_id: 'ben', metadata: { tokens: '7' } },
    );
    expect(await accounts(id)).toEqual([
      { count: 1, sum: '1', min: '1', max: '1' },
      { count: 2, sum: '7.5', min: '2.5', max: '5' },
    ]);
  });

  it('keeps what it counts once it has counted', async () => {
    const { id } = await made('POST', '/v1/meters/', tokens);
    const aggregation = { func: 'max', property: 'tokens' };
    expect((await made('PATCH', `/v1/meters/${id}`, { aggregation })).aggregation).toEqual(aggregation);
    await ingest({ name: 'call', metadata: { tokens: 5 } });
    const refused = await call('PATCH', `/v1/meters/${id}`, { aggregation: { func: 'count' } });
    expect([refused.status, refused.body.detail[0].loc]).toEqual([422, ['body', 'aggregation']]);
    const other = { conjunction: 'or', clauses: [] };
    expect((await call('PATCH', `/v1/meters/${id}`, { filter: other })).status).toBe(422);
    // The same again is no change.
    expect((await call('PATCH', `/v1/meters/${id}`, { aggregation, filter: counting })).status).toBe(200);
  });

  it('counts nothing while it is archived, and goes on afterwards', async () => {
    const { id } = await made('POST', '/v1/meters/', calls);
    await ingest({ name: 'call' });
    const archived = await made('PATCH', `/v1/meters/${id}`, { is_archived: true });
    expect(archived.archived_at).not.toBeNull();
    await ingest({ name: 'call' }, { name: 'call' });
    expect((await made('GET', '/v1/meters/?is_archived=false')).items).toEqual([]);
    expect((await made('PATCH', `/v1/meters/${id}`, { is_archived: false })).archived_at).toBeNull();
    await ingest({ name: 'call' });
    expect((await accounts(id)).map(({ count }) => count)).toEqual([2]);
  });

  it('cannot be archived while it is sold by', async () => {
    const { id } = await made('POST', '/v1/meters/', calls);
    const price = { amount_type: 'metered_unit', price_currency: 'usd', unit_amount: '0.5', meter_id: id };
    const product = await call('POST', '/v1/products/', { name: 'Fern', recurring_interval: 'month', prices: [price] });
    expect(product.status).toBe(201);
    const refused = await call('PATCH', `/v1/meters/${id}`, { is_archived: true });
    expect([refused.status, refused.body.detail[0].loc]).toEqual([422, ['body', 'is_archived']]);
    const filter = { conjunction: 'and', clauses: [] };
    expect((await call('PATCH', `/v1/meters/${id}`, { filter })).body.detail[0].loc).toEqual(['body', 'filter']);
  });
});

describe('many', () => {
  const clause = { property: 'metadata.deep.in.it', operator: 'ne', value: 'a' };
  const filters = (count: number) => {
    const half = (n: number) => ({ conjunction: 'and', clauses: Array(n).fill(clause) });
    return { conjunction: 'or', clauses: [half(Math.ceil(count / 2) - 1), half(Math.floor(count / 2) - 1)] };
  };

  it('clauses are refused, however they are nested', async () => {
    const { id } = await made('POST', '/v1/meters/', { ...calls, filter: filters(100) });
    for (const [method, path] of [
      ['POST', '/v1/meters/'],
      ['PATCH', `/v1/meters/${id}`],
    ] as const) {
      const refused = await call(method, path, { ...calls, filter: filters(101) });
      expect([refused.status, refused.body.detail[0].loc]).toEqual([422, ['body', 'filter']]);
      expect(refused.body.detail[0].msg).toContain('More than 100 clauses');
    }
  });

  it('meters are refused, with what to do, until one is archived', async () => {
    const { id } = await made('POST', '/v1/meters/', calls);
    await made('PATCH', `/v1/meters/${id}`, { is_archived: true });
    await running.orm.em.fork().execute(
      `insert into meters (id, created_at, organization_id, name, unit, filter, aggregation, metadata, counts_from)
       select gen_random_uuid(), m.created_at, m.organization_id, m.name, m.unit, m.filter, m.aggregation, m.metadata,
         m.counts_from
       from meters m, generate_series(1, 199) where m.id = ?`,
      [id],
    );
    const last = await made('POST', '/v1/meters/', calls);
    const refused = [
      await call('POST', '/v1/meters/', calls),
      await call('PATCH', `/v1/meters/${id}`, { is_archived: false }),
    ];
    expect(refused.map(({ status }) => status)).toEqual([422, 422]);
    for (const { body } of refused) expect(body.detail[0].msg).toContain('archive one');
    // Those that are active can still be changed.
    await made('PATCH', `/v1/meters/${last.id}`, { is_archived: false, name: 'The last' });
    await made('PATCH', `/v1/meters/${last.id}`, { is_archived: true });
    await made('PATCH', `/v1/meters/${id}`, { is_archived: false });
  });
});

onBothStores(
  () => running.orm,
  () => {
    describe('what came in before', () => {
      it('is counted afterwards, once', async () => {
        const many = Array.from({ length: 1000 }, (_, i) => ({
          name: i % 2 ? 'call' : 'other',
          metadata: { tokens: i },
        }));
        await ingest(...many);
        await ingest({ name: 'call', external_customer_id: 'ben', metadata: { tokens: 7 } });
        const { id } = await made('POST', '/v1/meters/', tokens);
        await ingest({ name: 'call', external_customer_id: 'ben', metadata: { tokens: 1 } });
        const meter = await backfilled(id);
        expect(meter.backfill).toMatchObject({ looked: 1001, counted: 501 });
        expect(await accounts(id)).toEqual([
          { count: 2, sum: '8', min: '1', max: '7' },
          { count: 500, sum: '250000', min: '1', max: '999' },
        ]);
      });

      it('is counted once while events come in and meters are made', async () => {
        const streams = Array.from({ length: 4 }, async (_, stream) => {
          for (let i = 0; i < 15; i += 1) {
            await ingest(
              ...Array.from({ length: 20 }, (_, n) => ({
                ...{ name: 'call', external_customer_id: `c${n % 3}`, external_id: `${stream}/${i}/${n}` },
                metadata: { tokens: 1, who: `w${n}` },
              })),
            );
          }
        });
        const meters = [];
        for (const aggregation of [
          { func: 'count' },
          { func: 'sum', property: 'tokens' },
          { func: 'unique', property: 'who' },
        ]) {
          meters.push(await made('POST', '/v1/meters/', { ...calls, aggregation }));
          await new Promise((passed) => setTimeout(passed, 50));
        }
        await Promise.all(streams);
        for (const { id } of meters) await backfilled(id);
        const counted = await Promise.all(meters.map(async ({ id }) => (await accounts(id)).map(({ count }) => count)));
        expect(counted).toEqual([
          [360, 420, 420],
          [360, 420, 420],
          [6, 7, 7],
        ]);
      });

      it('is counted anew for another filter, as long as nothing was counted', async () => {
        await ingest({ name: 'call', external_id: randomUUID() }, { name: 'other' });
        const filter = { conjunction: 'and', clauses: [{ property: 'name', operator: 'eq', value: 'nothing' }] };
        const { id } = await made('POST', '/v1/meters/', { ...calls, filter });
        expect((await backfilled(id)).backfill).toMatchObject({ looked: 2, counted: 0 });
        await made('PATCH', `/v1/meters/${id}`, { filter: counting });
        expect((await backfilled(id)).backfill).toMatchObject({ looked: 2, counted: 1 });
        expect((await accounts(id)).map(({ count }) => count)).toEqual([1]);
      });

      it('is counted anew however soon after it was counted', async () => {
        await ingest({ name: 'call' });
        const filterOf = (value: number) => ({
          conjunction: 'and',
          clauses: [{ property: 'name', operator: 'eq', value: `nothing ${value}` }],
        });
        const { id } = await made('POST', '/v1/meters/', { ...calls, filter: filterOf(0) });
        for (let times = 1; times <= 10; times += 1) {
          // Without a pause, so that the process that has counted it is just ending.
          while ((await made('GET', `/v1/meters/${id}`)).backfill.status !== 'finished');
          await made('PATCH', `/v1/meters/${id}`, { filter: filterOf(times) });
        }
        expect((await backfilled(id)).backfill).toMatchObject({ looked: 1, counted: 0 });
      });
    });
  },
);
