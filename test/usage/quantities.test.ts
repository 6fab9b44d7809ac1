/** What a meter counts of each hour, day, week, month and year, in time zones with and without summer. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
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

/** At these times, by whom, of so many tokens. */
const happened = (...events: (readonly [time: string, who: string, tokens: number])[]) =>
  made('POST', '/v1/events/ingest', {
    events: events.map(([time, who, tokens]) => ({
      ...{ name: 'call', external_customer_id: who, timestamp: time },
      metadata: { tokens, who, kind: tokens > 5 ? 'large' : 'small' },
    })),
  });
const aMeter = async (aggregation: object) => {
  const filter = { conjunction: 'and', clauses: [] };
  return (await made('POST', '/v1/meters/', { name: 'A meter', filter, aggregation })).id as string;
};

async function quantities(id: string, from: string, to: string, more: string) {
  const query = `start_timestamp=${from}&end_timestamp=${to}&${more}`;
  const { quantities, total } = await made('GET', `/v1/meters/${id}/quantities?${query}`);
  return {
    total,
    starts: quantities.map(({ timestamp }: { timestamp: string }) => timestamp.slice(0, 16)),
    values: quantities.map(({ quantity }: { quantity: number }) => quantity),
  };
}

onBothStores(
  () => running.orm,
  () => {
    it('fills the hours in which nothing happened', async () => {
      const id = await aMeter({ func: 'sum', property: 'tokens' });
      await happened(
        ['2026-03-01T10:00:00Z', 'ann', 1],
        ['2026-03-01T10:59:59.999Z', 'ann', 2],
        ['2026-03-01T12:00:00Z', 'ben', 0.5],
        ['2026-03-01T13:00:00Z', 'ben', 100],
      );
      expect(await quantities(id, '2026-03-01T10:00:00Z', '2026-03-01T13:00:00Z', 'interval=hour')).toEqual({
        starts: ['2026-03-01T10:00', '2026-03-01T11:00', '2026-03-01T12:00'],
        values: [3, 0, 0.5],
        total: 3.5,
      });
    });

    it('begins days at midnight of the place, also where clocks are changed', async () => {
      const id = await aMeter({ func: 'count' });
      // In Berlin the 29th of March has 23 hours, in Kolkata midnight is at half past six in the evening.
      await happened(
        ['2026-03-28T22:59:00Z', 'ann', 1],
        ['2026-03-28T23:00:00Z', 'ann', 1],
        ['2026-03-29T21:59:00Z', 'ann', 1],
        ['2026-03-29T22:00:00Z', 'ann', 1],
      );
      const days = 'interval=day&timezone=';
      expect(await quantities(id, '2026-03-27T23:00:00Z', '2026-03-30T22:00:00Z', `${days}Europe/Berlin`)).toEqual({
        starts: ['2026-03-27T23:00', '2026-03-28T23:00', '2026-03-29T22:00'],
        values: [1, 2, 1],
        total: 4,
      });
      expect(await quantities(id, '2026-03-28T18:30:00Z', '2026-03-29T18:30:00Z', `${days}Asia/Kolkata`)).toEqual({
        starts: ['2026-03-28T18:30'],
        values: [2],
        total: 2,
      });
      // Where the clock is put back by half an hour, none is lost either.
      const there = await quantities(
        id,
        '2026-03-28T00:00:00Z',
        '2026-04-06T00:00:00Z',
        'interval=hour&timezone=Australia/Lord_Howe',
      );
      expect([there.total, there.values.reduce((a: number, b: number) => a + b)]).toEqual([4, 4]);
    });

    it('counts both of the hours that have one name', async () => {
      const id = await aMeter({ func: 'count' });
      await happened(['2026-10-25T00:30:00Z', 'ann', 1], ['2026-10-25T01:30:00Z', 'ann', 1]);
      const hours = 'interval=hour&timezone=Europe/Berlin';
      expect((await quantities(id, '2026-10-25T00:00:00Z', '2026-10-25T02:00:00Z', hours)).values).toEqual([1, 1]);
    });

    it('begins with the whole week, month and year, but counts from the start', async () => {
      const id = await aMeter({ func: 'count' });
      await happened(
        ['2025-12-29T12:00:00Z', 'ann', 1],
        ['2026-01-02T12:00:00Z', 'ann', 1],
        ['2026-02-01T00:00:00Z', 'ann', 1],
      );
      const of = (interval: string) =>
        quantities(id, '2026-01-01T00:00:00Z', '2026-02-02T00:00:00Z', `interval=${interval}`);
      expect(await of('week')).toMatchObject({
        starts: expect.arrayContaining(['2025-12-29T00:00']),
        values: [1, 0, 0, 0, 1],
      });
      expect(await of('month')).toMatchObject({ starts: ['2026-01-01T00:00', '2026-02-01T00:00'], values: [1, 1] });
      expect(await of('year')).toMatchObject({ starts: ['2026-01-01T00:00'], values: [2], total: 2 });
    });

    describe('of four events of two customers on two days', () => {
      beforeEach(() =>
        happened(
          ['2026-03-01T10:00:00Z', 'ann', 2],
          ['2026-03-01T11:00:00Z', 'ben', 6],
          ['2026-03-02T10:00:00Z', 'ann', 10],
          ['2026-03-02T11:00:00Z', 'ann', 10],
        ),
      );

      it.each([
        ['count', '', [2, 2], 4],
        ['sum', '', [8, 20], 28],
        ['avg', '', [4, 10], 7],
        ['min', '', [2, 10], 2],
        ['max', '', [6, 10], 10],
        ['unique', '', [2, 1], 3],
        ['sum', 'customer_aggregation_function=max', [6, 20], 22],
        ['sum', 'customer_aggregation_function=avg', [4, 20], 14],
        ['sum', 'customer_aggregation_function=count', [2, 1], 2],
        ['max', 'customer_aggregation_function=sum', [8, 10], 16],
        ['sum', 'external_customer_id=ann', [2, 20], 22],
        ['sum', 'metadata[kind]=large', [6, 20], 26],
        ['sum', 'metadata[kind]=huge', [0, 0], 0],
        ['sum', 'external_customer_id=nobody&customer_aggregation_function=avg', [0, 0], 0],
      ])('%s with %j: %j, in all %d', async (func, more, values, total) => {
        const id = await aMeter(func === 'count' ? { func } : { func, property: 'tokens' });
        const days = `interval=day&${more}`;
        expect(await quantities(id, '2026-03-01', '2026-03-03', days)).toMatchObject({ values, total });
      });
    });

    it('knows a customer by both of their ids', async () => {
      const id = await aMeter({ func: 'sum', property: 'tokens' });
      await happened(['2026-03-01T10:00:00Z', 'zoe', 2]);
      const customer = await made('POST', '/v1/customers/', { email: 'zoe@example.com', external_id: 'zoe' });
      await made('POST', '/v1/events/ingest', {
        events: [
          { name: 'call', customer_id: customer.id, timestamp: '2026-03-01T11:00:00Z', metadata: { tokens: 3 } },
        ],
      });
      for (const who of [
        `customer_id=${customer.id}`,
        'external_customer_id=zoe',
        'customer_aggregation_function=min',
      ]) {
        expect(await quantities(id, '2026-03-01', '2026-03-02', `interval=day&${who}`)).toMatchObject({ total: 5 });
      }
    });

    it('refuses too many, time that runs backwards, and places that are nowhere', async () => {
      const id = await aMeter({ func: 'count' });
      const refused = async (query: string) =>
        (await running.call(token, 'GET', `/v1/meters/${id}/quantities?${query}`)).body.detail[0].loc;
      const year = 'start_timestamp=2026-01-01&end_timestamp=2027-01-01';
      expect(await refused(`${year}&interval=hour`)).toEqual(['query', 'interval']);
      expect(await refused('start_timestamp=2026-01-01&end_timestamp=2026-01-01&interval=hour')).toEqual([
        'query',
        'end_timestamp',
      ]);
      for (const zone of ['Mars/Olympus', '%2B02:00']) {
        expect(await refused(`${year}&interval=day&timezone=${zone}`)).toEqual(['query', 'timezone']);
      }
    });
  },
);
