/** What merchants are told of how far credits are used up: each threshold once, whatever passes it and whoever dies. */
import { randomUUID } from 'node:crypto';
import { eventually } from '../api/everything.ts';
import { type Running, startRunning } from '../api/running.ts';
import { type Receiver, startReceiver } from '../webhooks/receiver.ts';
import { aMeteredSubscriber, aShop } from './selling.ts';

let running: Running;
let receiver: Receiver;
beforeAll(async () => {
  running = await startRunning();
  receiver = await startReceiver();
});
afterAll(async () => {
  receiver.close();
  await running.close();
});

type Ada = Awaited<ReturnType<typeof aMeteredSubscriber>>;

/** With 1,000 tokens a month, and somebody who listens from now on. */
async function watchedAda(thresholds: readonly number[] = [80], meter: Readonly<Record<string, unknown>> = {}) {
  const ada = await aMeteredSubscriber(running, { credits: 1000, meter: { thresholds, ...meter } });
  await ada.isCredited(1000);
  await rest();
  const since = await listen(ada.make);
  return { ada, told: () => toldSince(since) };
}

/** Answers with the path that tells this listener from others. */
async function listen(make: Ada['make']): Promise<string> {
  const path = `/${randomUUID()}`;
  const url = receiver.url.replace('/hooks', path);
  await make('/v1/webhooks/endpoints', { url, format: 'raw', events: ['customer.state_changed'] });
  return path;
}

const toldSince = (path: string) =>
  receiver.received
    .filter(({ url }) => url === path)
    .map(({ body }) => JSON.parse(body).data.active_meters[0])
    .map(({ consumed_units, credited_units, thresholds_reached }) => ({
      consumed_units,
      credited_units,
      thresholds_reached,
    }));

/** Until nobody is called or sent to any more. */
async function rest() {
  await eventually(async () => {
    const rows = await running.orm.em.fork().execute(`
      select 1 from outbox union all select 1 from webhook_events where state = 'pending'
      union all select 1 from benefit_grants where greatest(done_version, failed_version) < version
      union all select 1 from usage_accounts a join customers c on a.subject in (c.id, c.external_subject)
        join customer_meters m on m.customer_id = c.id and m.meter_id = a.meter_id
        where m.credited > 0 and a.watched is null and c.deleted_at is null limit 1`);
    return rows.length === 0 ? true : undefined;
  });
  await new Promise((passed) => setTimeout(passed, 300));
}

const state = (consumed: number, reached: readonly number[], credited = 1000) => ({
  ...{ consumed_units: consumed, credited_units: credited, thresholds_reached: reached },
});

it('tells of each threshold and of an empty balance, once each', async () => {
  const { ada, told } = await watchedAda();
  for (const tokens of [700, 99, 1, 50, 100]) {
    await ada.uses(tokens);
    await rest();
  }
  expect(told()).toEqual([state(800, [80])]);
  for (const tokens of [60, 5]) {
    await ada.uses(tokens);
    await rest();
  }
  expect(told()).toEqual([state(800, [80]), state(1010, [80])]);
});

it('tells once of what one batch passes, with all of it', async () => {
  const { ada, told } = await watchedAda([50, 80, 100]);
  await ada.uses(5000);
  await rest();
  expect(told()).toEqual([state(5000, [50, 80, 100])]);
});

it('tells once of what batches pass at the same time', async () => {
  const { ada, told } = await watchedAda();
  await ada.uses(750);
  await Promise.all(Array.from({ length: 20 }, () => ada.uses(5)));
  await rest();
  expect(told()).toHaveLength(1);
});

it('tells of what is withdrawn again', async () => {
  const { ada, told } = await watchedAda();
  await ada.uses(850);
  await rest();
  await ada.uses(-100);
  await rest();
  expect(told()).toEqual([state(850, [80]), state(750, [])]);
});

it('tells with a new period that there are credits again, and of what is passed in it', async () => {
  const { ada, told } = await watchedAda();
  await ada.uses(1200);
  await rest();
  await ada.lives('2027-05-01');
  await rest();
  const after = told();
  expect(after[0]).toEqual(state(1200, [80]));
  expect(after.at(-1)).toEqual(state(0, []));
  // The renewal tells of its customer as it always does; nothing is told a second time.
  expect(after.slice(1).filter(({ consumed_units }) => consumed_units === 0).length).toBe(after.length - 1);
  await ada.uses(900);
  await rest();
  expect(told().slice(after.length)).toEqual([state(900, [80])]);
});

it('tells of credits that come and of those that are taken back', async () => {
  const { ada, told } = await watchedAda();
  await ada.uses(1000);
  await rest();
  expect(told()).toEqual([state(1000, [80])]);
  await ada.patch({ revoke: true });
  await rest();
  expect(told().at(-1)).toMatchObject({ credited_units: 0 });
  const count = told().length;
  await ada.uses(10);
  await rest();
  expect(told()).toHaveLength(count);
});

it('tells nobody of who pays as they go', async () => {
  const ada = await aMeteredSubscriber(running, { meter: { thresholds: [80] } });
  await rest();
  const path = await listen(ada.make);
  await ada.uses(100);
  await ada.uses(100_000);
  await rest();
  expect(toldSince(path)).toEqual([]);
});

it('holds a threshold that is set later from then on', async () => {
  const { ada, told } = await watchedAda([]);
  await ada.uses(600);
  await running.made(ada.token, 'PATCH', `/v1/meters/${ada.meter.id}`, { thresholds: [90, 50, 90] });
  await rest();
  expect((await ada.show(`/v1/meters/${ada.meter.id}`)).thresholds).toEqual([50, 90]);
  expect(told()).toEqual([]);
  await ada.uses(300);
  await rest();
  expect(told()).toEqual([state(900, [50, 90])]);
  const refused = await running.call(ada.token, 'PATCH', `/v1/meters/${ada.meter.id}`, { thresholds: [0] });
  expect(refused.status).toBe(422);
});

it.each([
  ['count', { func: 'count' }, [1, 1, 1, 1], 2],
  ['unique', { func: 'unique', property: 'tokens' }, [1, 2, 2, 3, 4], 2],
  ['max', { func: 'max', property: 'tokens' }, [1, 2, 3, 5], 2],
  ['min', { func: 'min', property: 'tokens' }, [5, 3, 2, 1], 3],
  ['avg', { func: 'avg', property: 'tokens' }, [1, 5, 10, 1], 2],
])('watches meters of %s', async (_, aggregation, values, times) => {
  const ada = await aMeteredSubscriber(running, { credits: 4, meter: { thresholds: [50], aggregation } });
  await ada.isCredited(4);
  await rest();
  const path = await listen(ada.make);
  for (const tokens of values) {
    await ada.uses(tokens);
    await rest();
  }
  expect(toldSince(path)).toHaveLength(times);
});

it('watches both names of a customer', async () => {
  const ada = await aMeteredSubscriber(running, {
    ...{ credits: 1000, meter: { thresholds: [80] }, customer: { external_id: undefined } },
  });
  await ada.isCredited(1000);
  await rest();
  const path = await listen(ada.make);
  await ada.ingest([{ name: 'call', customer_id: ada.customer.id, metadata: { tokens: 500 } }]);
  const external_id = randomUUID();
  await running.made(ada.token, 'PATCH', `/v1/customers/${ada.customer.id}`, { external_id });
  await rest();
  const before = toldSince(path).length;
  await ada.uses(299, { external_customer_id: external_id });
  await rest();
  expect(toldSince(path)).toHaveLength(before);
  await ada.uses(1, { external_customer_id: external_id });
  await rest();
  expect(toldSince(path).slice(before)).toEqual([state(800, [80])]);
});

it('calls for a look in the transaction that passes a threshold, once until somebody looks', async () => {
  const { ada } = await watchedAda();
  await ada.uses(10);
  const sql = running.orm.em.fork();
  await sql.begin();
  const calls = async (more: number) => {
    await sql.execute('update usage_accounts set sum = sum + ? where meter_id = ? and sum > 0', [more, ada.meter.id]);
    const rows = await sql.execute(`select from outbox where topic = 'customer_levels' and subject_id = ?`, [
      ada.customer.id,
    ]);
    return rows.length;
  };
  expect(await calls(700)).toBe(0);
  expect(await calls(100)).toBe(1);
  expect(await calls(1000)).toBe(1);
  await sql.rollback();
});

it('tells once where whoever was about to tell is lost', async () => {
  const { ada, told } = await watchedAda();
  const holder = running.orm.em.fork();
  await holder.begin();
  await holder.execute('select 1 from customers where id = ? for no key update', [ada.customer.id]);
  await ada.uses(900);
  for (let lost = 0; lost < 2; lost += 1) {
    await eventually(async () => {
      const killed = await running.orm.em.fork().execute(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and wait_event_type = 'Lock' and query like '%from "customers" where id =%'`,
      );
      return killed.length > 0 ? true : undefined;
    });
  }
  await holder.rollback();
  await rest();
  await eventually(async () => (told().length > 0 ? true : undefined));
  await rest();
  expect(told()).toEqual([state(900, [80])]);
});

it('shows what is reached where the merchant looks', async () => {
  const { ada } = await watchedAda([50, 80]);
  await ada.uses(500);
  expect(await ada.balance()).toMatchObject({ balance: 500, thresholds_reached: [50] });
  const { active_meters } = await ada.show(`/v1/customers/${ada.customer.id}/state`);
  expect(active_meters).toMatchObject([{ balance: 500, thresholds_reached: [50] }]);
  const shop = await aShop(running);
  expect((await shop.aMeter()).thresholds).toEqual([]);
});
