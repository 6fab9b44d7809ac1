/** A customer gets the merchant's name for them: what came in under it counts where it belongs, and nothing of before. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { askOf } from '../../db/ask.ts';
import { backfillNext } from '../../usage/backfill.ts';
import { MOVE_LOCK } from '../../usage/event-store-state.ts';
import { addMissingMeters } from '../../usage/missing-meters.ts';
import { PostgresEvents } from '../../usage/postgres/events.ts';
import { eventually } from '../api/everything.ts';
import type { Running } from '../api/running.ts';
import { describeOnClickHouse } from './clickhouse.ts';
import { aMeteredSubscriber, aShop, fixed, metered } from './selling.ts';
import { onBothStores, readInClickHouse, startRunningOnBoth } from './stores.ts';

let running: Running;
beforeAll(async () => {
  running = await startRunningOnBoth();
});
afterAll(() => running.close());

type Subscriber = Awaited<ReturnType<typeof aMeteredSubscriber>>;

const unnamed = () => aMeteredSubscriber(running, { customer: { external_id: undefined } });
const named = (ada: Subscriber, external_id: string) =>
  running.made(ada.token, 'PATCH', `/v1/customers/${ada.customer.id}`, { external_id });
const own = (ada: Subscriber, tokens: number) =>
  ada.ingest([{ name: 'call', customer_id: ada.customer.id, metadata: { tokens } }]);
const sql = (text: string, values: unknown[]) => running.orm.em.fork().execute(text, values);

it('bills what came in since the end of a period with the next one, where the renewal waits', async () => {
  const ada = await unnamed();
  const external = randomUUID();
  await own(ada, 1000);
  // As with a customer who lives in real time, whose worker is away.
  await sql('update usage_accounts set period_end = clock_timestamp() where subject = ?::uuid', [ada.customer.id]);
  await ada.uses(300, { external_customer_id: external });
  await named(ada, external);
  await ada.uses(20, { external_customer_id: external });
  expect(await ada.balance()).toMatchObject({ consumed_units: 1000 });
  const accounts = await sql(
    'select sum::int as now, next_sum::int as next, period_end as "end" from usage_accounts where meter_id = ? order by 1',
    [ada.meter.id],
  );
  const end = accounts[0]?.end;
  expect(end).not.toBeNull();
  expect(accounts).toEqual([
    { now: 0, next: 320, end },
    { now: 1000, next: 0, end },
  ]);
});

it('counts a value that came in under both names once', async () => {
  const shop = await aShop(running);
  const meter = await shop.aMeter('Users', { aggregation: { func: 'unique', property: 'user' } });
  const external_id = randomUUID();
  const customer = await shop.make('/v1/customers/', { email: `${external_id}@example.com` });
  const seen = (user: string, who: object) => ({ name: 'call', metadata: { user }, ...who });
  const [ours, theirs] = [{ customer_id: customer.id }, { external_customer_id: external_id }];
  await shop.make('/v1/events/ingest', {
    events: [seen('a', ours), seen('b', ours), seen('b', theirs), seen('c', theirs), seen('c', theirs)],
  });
  await running.made(shop.token, 'PATCH', `/v1/customers/${customer.id}`, { external_id });
  const [row] = (await shop.show(`/v1/customer-meters/?customer_id=${customer.id}`)).items;
  expect(row).toMatchObject({ meter_id: meter.id, consumed_units: 3 });
});

it('follows the periods also where the name comes with a checkout', async () => {
  const ada = await unnamed();
  const other = await ada.make('/v1/products/', { name: 'Pot', prices: [fixed(900)] });
  const external = randomUUID();
  await ada.uses(70, { external_customer_id: external });
  const checkout = await ada.make('/v1/checkouts/', {
    ...{ products: [other.id], customer_email: ada.customer.email, external_customer_id: external },
  });
  await running.made(null, 'POST', `/v1/checkouts/client/${checkout.client_secret}/confirm`, {
    confirmation_token_id: await running.aCard(),
  });
  expect((await ada.show(`/v1/customers/${ada.customer.id}`)).external_id).toBe(external);
  await ada.uses(30, { external_customer_id: external });
  await ada.lives('2027-05-01');
  expect((await ada.lastLines())[1]).toBe('Tokens (100) 2');
});

it('gives nothing of a deleted customer’s to the next one of that name', async () => {
  const shop = await aShop(running);
  await shop.aMeter();
  const external_id = randomUUID();
  const first = await shop.make('/v1/customers/', { email: `a-${external_id}@example.com`, external_id });
  const uses = (tokens: number) =>
    shop.make('/v1/events/ingest', {
      events: [{ name: 'call', external_customer_id: external_id, metadata: { tokens } }],
    });
  await uses(40);
  expect((await running.call(shop.token, 'DELETE', `/v1/customers/${first.id}`)).status).toBe(204);
  await uses(2);
  const second = await shop.make('/v1/customers/', { email: `b-${external_id}@example.com`, external_id });
  const { items } = await shop.show(`/v1/customer-meters/?customer_id=${second.id}`);
  expect(items).toMatchObject([{ consumed_units: 2 }]);
});

it('bills no history that is read while somebody is subscribed already, by either name', async () => {
  const shop = await aShop(running);
  const external_id = randomUUID();
  const history = (who: object) => ({ name: 'call', metadata: { tokens: 1000 }, ...who });
  const customer = await shop.make('/v1/customers/', { email: `${external_id}@example.com` });
  const stranger = randomUUID();
  await shop.make('/v1/events/ingest', {
    events: [
      { customer_id: customer.id },
      { external_customer_id: external_id },
      { external_customer_id: stranger },
    ].map(history),
  });
  // A worker that hasn't got round to it.
  const meter = await shop.aMeter();
  const finished = () => sql('select finished_at from meter_backfills where meter_id = ?', [meter.id]);
  await eventually(async () => ((await finished())[0]?.finished_at ? true : undefined));
  await sql(
    `update meter_backfills set finished_at = null, after_timestamp = null, after_id = null, looked = 0, counted = 0
     where meter_id = ?`,
    [meter.id],
  );
  await sql('delete from usage_accounts where meter_id = ?', [meter.id]);
  const product = await shop.make('/v1/products/', {
    ...{ name: 'Fern', recurring_interval: 'month', prices: [fixed(500), metered(meter.id, '1')] },
  });
  const checkout = await shop.make('/v1/checkouts/', { products: [product.id], customer_id: customer.id });
  await running.made(null, 'POST', `/v1/checkouts/client/${checkout.client_secret}/confirm`, {
    confirmation_token_id: await running.aCard(),
  });
  await running.made(shop.token, 'PATCH', `/v1/customers/${customer.id}`, { external_id });
  await shop.make('/v1/events/ingest', {
    events: [{ name: 'call', external_customer_id: external_id, metadata: { tokens: 2 } }],
  });
  const client = new Client({ connectionString: running.services.environment.DATABASE_URL });
  await client.connect();
  const done = await backfillNext(client, new PostgresEvents(askOf(running.orm)), meter.id);
  await client.end();
  expect(done).toEqual({ looked: expect.any(Number), counted: 3, isFinished: true });
  const [{ meters }] = (await shop.show(`/v1/subscriptions/?customer_id=${customer.id}`)).items;
  expect(meters).toMatchObject([{ consumed_units: 2, amount: 2 }]);
  const accounts = await sql('select sum::int from usage_accounts where meter_id = ? order by sum', [meter.id]);
  expect(accounts).toEqual([{ sum: 0 }, { sum: 2 }, { sum: 1000 }]);
});

it('shows once a day at the latest what a first event has counted for a customer who was made in the same moment', async () => {
  const shop = await aShop(running);
  const meter = await shop.aMeter();
  const external_id = randomUUID();
  // Neither sees the other before it is committed.
  const counting = new Client({ connectionString: running.services.environment.DATABASE_URL });
  await counting.connect();
  await counting.query('begin');
  await counting.query(
    `insert into usage_accounts (subject, meter_id, organization_id, count, sum)
     values (usage_subject($1, $2), $3, $1, 1, 5)`,
    [shop.organization.id, external_id, meter.id],
  );
  const customer = await shop.make('/v1/customers/', { email: `${external_id}@example.com`, external_id });
  await counting.query('commit');
  const shown = async () => (await shop.show(`/v1/customer-meters/?customer_id=${customer.id}`)).items;
  expect(await shown()).toEqual([]);
  expect(await addMissingMeters(counting)).toBe(1);
  expect(await addMissingMeters(counting)).toBe(0);
  await counting.end();
  expect(await shown()).toMatchObject([{ meter_id: meter.id, consumed_units: 5 }]);
});

onBothStores(
  () => running.orm,
  () => {
    it('bills what came in under the name in the running period, and nothing that came in before', async () => {
      const ada = await unnamed();
      const external = randomUUID();
      await ada.uses(700, { external_customer_id: external });
      await own(ada, 1000);
      await ada.lives('2027-05-01');
      expect((await ada.lastLines())[1]).toBe('Tokens (1,000) 20');
      await ada.uses(100, { external_customer_id: external });
      await named(ada, external);
      expect(await ada.balance()).toMatchObject({ consumed_units: 100 });
      await ada.uses(500);
      await ada.uses(50, { external_customer_id: external });
      await ada.lives('2027-06-01');
      expect((await ada.lastLines())[1]).toBe('Tokens (150) 3');
      await ada.uses(10, { external_customer_id: external });
      await ada.lives('2027-07-01');
      expect((await ada.lastLines())[1]).toBe('Tokens (10) 0');
      expect(await ada.disagreements()).toEqual([]);
    });

    it('counts each event once that comes in under the name while it is given', async () => {
      const ada = await unnamed();
      const external = randomUUID();
      await ada.uses(700, { external_customer_id: external });
      await ada.lives('2027-05-01');
      let isOver = false;
      let used = 0;
      const streams = Array.from({ length: 3 }, async () => {
        while (!isOver) {
          await ada.uses(1, { external_customer_id: external });
          used += 1;
        }
      });
      const passed = async (more: number) => {
        const until = used + more;
        await eventually(async () => (used >= until ? true : undefined));
      };
      await passed(20);
      await named(ada, external);
      await passed(20);
      isOver = true;
      await Promise.all(streams);
      expect(await ada.balance()).toMatchObject({ consumed_units: used });
    });

    it('counts values of the running period once under both names, and keeps what came since its end for the next', async () => {
      const ada = await aMeteredSubscriber(running, {
        ...{ unitAmount: '100', customer: { external_id: undefined } },
        meter: { aggregation: { func: 'unique', property: 'user' } },
      });
      const external = randomUUID();
      const theirs = (user: string) => ada.uses(1, { external_customer_id: external, metadata: { user } });
      await theirs('of before');
      await ada.lives('2027-05-01');
      await theirs('a');
      await theirs('b');
      await ada.ingest([{ name: 'call', customer_id: ada.customer.id, metadata: { user: 'b' } }]);
      await sql('update usage_accounts set period_end = clock_timestamp() where subject = ?::uuid', [ada.customer.id]);
      await theirs('a');
      await theirs('c');
      await named(ada, external);
      expect(await ada.balance()).toMatchObject({ consumed_units: 2 });
      await theirs('a');
      await theirs('d');
      await ada.lives('2027-06-01');
      expect((await ada.lastLines())[1]).toMatch(/^Tokens \(4\) 400/);
    });
  },
);

describeOnClickHouse('while events are on their way to ClickHouse', () => {
  beforeAll(() => readInClickHouse(running.orm));

  const waiting = async (ada: Subscriber) => {
    const [row] = await sql('select count(*)::int as n from events where organization_id = ?', [ada.organization.id]);
    return row?.['n'];
  };

  /** Of the running period, 100 have been carried over, and 23 are not before `goesOn`. */
  async function withSomeOnTheirWay() {
    const ada = await unnamed();
    const external = randomUUID();
    await ada.uses(700, { external_customer_id: external });
    await ada.lives('2027-05-01');
    for (const tokens of [60, 40]) await ada.uses(tokens, { external_customer_id: external });
    await eventually(async () => {
      await ada.show(`/v1/events/?external_customer_id=${external}`);
      return (await waiting(ada)) === 0 ? true : undefined;
    });
    const carrier = new Client({ connectionString: running.services.environment.DATABASE_URL });
    await carrier.connect();
    await carrier.query(`select pg_advisory_lock(${MOVE_LOCK})`);
    for (const tokens of [20, 3]) await ada.uses(tokens, { external_customer_id: external });
    expect(await waiting(ada)).toBe(2);
    return { ada, external, goesOn: () => carrier.end() };
  }

  it('counts each once that came in under the name in the running period', async () => {
    const { ada, external, goesOn } = await withSomeOnTheirWay();
    await goesOn();
    await named(ada, external);
    expect(await ada.balance()).toMatchObject({ consumed_units: 123 });
    await ada.uses(7, { external_customer_id: external });
    await ada.lives('2027-06-01');
    expect((await ada.lastLines())[1]).toBe('Tokens (130) 3');
    expect(await ada.disagreements()).toEqual([]);
  });

  it('gives no name while they can’t all be found, and nothing is lost', async () => {
    const { ada, external, goesOn } = await withSomeOnTheirWay();
    const body = { external_id: external };
    const reply = await running.call(ada.token, 'PATCH', `/v1/customers/${ada.customer.id}`, body);
    await goesOn();
    expect(reply.status).toBe(503);
    expect((await ada.show(`/v1/customers/${ada.customer.id}`)).external_id).toBeNull();
    await named(ada, external);
    expect(await ada.balance()).toMatchObject({ consumed_units: 123 });
  });
});
