/** What events come to: by name and by time, and what customers cost beside what they bring. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Running } from '../api/running.ts';
import { onBothStores, startRunningOnBoth } from './stores.ts';

let running: Running;
let token: string;

beforeAll(async () => {
  running = await startRunningOnBoth();
});
afterAll(() => running.close());
beforeEach(async () => {
  ({ token } = await running.aMerchant());
});

const made = (method: string, path: string, body?: unknown) => running.made(token, method, path, body);

/** At these times, by whom; what each has cost, in cents. */
const called = (...events: (readonly [name: string, time: string, who: string, cost: number | string | null])[]) =>
  made('POST', '/v1/events/ingest', {
    events: events.map(([name, timestamp, who, amount]) => ({
      ...{ name, external_customer_id: who, timestamp },
      metadata: { tokens: 10, ...(amount === null ? {} : { _cost: { amount, currency: 'usd' } }) },
    })),
  });

const DAYS = 'start_timestamp=2026-03-01T00:00:00Z&end_timestamp=2026-03-04T00:00:00Z';

onBothStores(
  () => running.orm,
  () => {
    it('tells how often, from how many customers, and at what cost', async () => {
      await called(
        ['call', '2026-03-01T10:00:00Z', 'ann', 0.5],
        ['call', '2026-03-01T11:00:00Z', 'ann', '1.5'],
        ['call', '2026-03-03T11:00:00Z', 'ben', 4],
        ['search', '2026-03-03T12:00:00Z', 'ben', null],
        ['call', '2026-03-04T00:00:00Z', 'ben', 100],
      );
      const { periods, totals } = await made('GET', `/v1/events/statistics?${DAYS}&interval=day`);
      const figures = (total: string, average: string, p50: number, p95: number, p99: number) => ({
        '_cost.amount': { total, average, p50, p95, p99 },
      });
      expect(totals).toEqual([
        {
          ...{ name: 'call', label: 'call', source: 'user', event_type_id: expect.any(String) },
          ...{ occurrences: 3, customers: 2, figures: figures('6', '2', 1.5, 3.75, 3.95) },
        },
        {
          ...{ name: 'search', label: 'search', source: 'user', event_type_id: expect.any(String) },
          ...{ occurrences: 1, customers: 1, figures: { '_cost.amount': null } },
        },
      ]);
      expect(
        periods.map(({ timestamp, names }: { timestamp: string; names: { name: string; occurrences: number }[] }) => [
          timestamp.slice(0, 10),
          ...names.map(({ name, occurrences }) => `${occurrences} ${name}`),
        ]),
      ).toEqual([['2026-03-01', '2 call'], ['2026-03-02'], ['2026-03-03', '1 call', '1 search']]);
      const tokens = await made('GET', `/v1/events/statistics?${DAYS}&interval=day&property=tokens&name=search`);
      expect(tokens.totals).toMatchObject([{ name: 'search', figures: { tokens: { total: '10', p50: 10 } } }]);
    });

    it('lets meters sum what events cost, however it was sent', async () => {
      const filter = { conjunction: 'and', clauses: [] };
      const aggregation = { func: 'sum', property: '_cost.amount' };
      const meter = await made('POST', '/v1/meters/', { name: 'Cost', filter, aggregation });
      await called(['call', '2026-03-01T10:00:00Z', 'ann', '.25'], ['call', '2026-03-01T10:00:00Z', 'ann', 0.5]);
      expect((await made('GET', `/v1/meters/${meter.id}/quantities?${DAYS}&interval=month`)).total).toBe(0.75);
      const { items } = await made('GET', '/v1/events/?name=call');
      expect(items.map((event: { metadata: { _cost: unknown } }) => event.metadata._cost)).toEqual(
        expect.arrayContaining([
          { amount: '0.25', currency: 'usd' },
          { amount: '0.5', currency: 'usd' },
        ]),
      );
    });

    it('refuses too many periods, too many properties, and a time that ends before it starts', async () => {
      const refused = async (query: string) =>
        (await running.call(token, 'GET', `/v1/events/statistics?${query}`)).body.detail[0].loc;
      expect(
        await refused('start_timestamp=2020-01-01T00:00:00Z&end_timestamp=2026-01-01T00:00:00Z&interval=hour'),
      ).toEqual([...['query', 'interval']]);
      const many = [1, 2, 3, 4, 5, 6].map((n) => `property=p${n}`).join('&');
      expect(await refused(`${DAYS}&interval=day&${many}`)).toEqual(['query', 'property']);
      const backwards = 'start_timestamp=2026-03-02T00:00:00Z&end_timestamp=2026-03-01T00:00:00Z';
      expect(await refused(`${backwards}&interval=day`)).toEqual(['query', 'end_timestamp']);
    });

    it('sets what customers cost beside what they brought', async () => {
      const product = await made('POST', '/v1/products/', {
        name: 'Fern book',
        prices: [{ amount_type: 'fixed', price_amount: 1500, price_currency: 'usd' }],
      });
      const externalId = `ada-${randomUUID()}`;
      const customer = await made('POST', '/v1/customers/', {
        email: `${externalId}@example.com`,
        external_id: externalId,
      });
      const checkout = await made('POST', '/v1/checkouts/', { products: [product.id], customer_id: customer.id });
      await running.made(null, 'POST', `/v1/checkouts/client/${checkout.client_secret}/confirm`, {
        confirmation_token_id: await running.aCard(),
      });
      const now = new Date().toISOString();
      await called(
        ['call', now, externalId, 250.5],
        ['call', now, externalId, 0.25],
        ['call', now, 'nobody yet', '9.5'],
      );
      const today = `start_timestamp=${new Date(Date.now() - 3_600_000).toISOString()}&end_timestamp=${new Date(Date.now() + 3_600_000).toISOString()}`;
      const costs = (more = '') => made('GET', `/v1/events/customer-costs?${today}${more}`);
      const ada = {
        ...{ customer_id: customer.id, external_customer_id: externalId, events: 2, currency: 'usd' },
        ...{ cost_amount: '250.75', revenue_amount: 1500, profit_amount: '1249.25' },
      };
      const nobody = {
        ...{ customer_id: null, customer: null, external_customer_id: 'nobody yet', events: 1, currency: 'usd' },
        ...{ cost_amount: '9.5', revenue_amount: 0, profit_amount: '-9.5' },
      };
      expect((await costs()).items).toMatchObject([ada, nobody]);
      expect((await costs('&sorting=profit_amount')).items).toMatchObject([nobody, ada]);
      expect(await costs('&limit=1&page=2')).toMatchObject({
        items: [nobody],
        pagination: { total_count: 2, max_page: 2 },
      });
      expect((await costs(`&customer_id=${customer.id}`)).items).toMatchObject([ada]);
      const other = await running.aMerchant();
      expect((await running.made(other.token, 'GET', `/v1/events/customer-costs?${today}`)).items).toEqual([]);
    });
  },
);
