/** What is used while an order is unpaid, in real time: past the end of the period that nobody closes meanwhile. */
import { Migration20261124000023_past_due_usage } from '../../db/migrations/Migration20261124000023_past_due_usage.ts';
import { type Running, startRunning } from '../api/running.ts';
import { inRealTime } from './real-time.ts';
import { fixed, type Sold } from './selling.ts';

let running: Running;
beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

/** 1,000 tokens a week, and a cent for each beyond them. */
const WEEKLY: Sold = { prices: [fixed(6000)], unitAmount: '1', credits: 1000 };
const BY_WEEK: Sold = { ...WEEKLY, product: { recurring_interval: 'week' } };
const METERED_BY_WEEK: Sold = {
  ...WEEKLY,
  product: { recurring_interval: 'week', recurring_interval_count: 8, meter_interval: 'week' },
};

it('has the units of the missed and the present meter period where it is paid after one has ended', async () => {
  const ada = await inRealTime(running, METERED_BY_WEEK, { grace: 21 });
  await ada.uses(51_000);
  await ada.daysPass(7.01);
  await ada.isDeclined('meter cycle');
  await ada.isCredited(1000);
  await ada.daysPass(8);
  await ada.uses(11_000);
  await ada.isPaid();
  expect(await ada.balance()).toMatchObject({ consumed_units: 11_000, credited_units: 2000 });
  expect(await ada.preview()).toMatchObject({ total_amount: 9000 });
  // What comes after the end that is set again is of the next one.
  await ada.daysPass(7);
  await ada.uses(300);
  expect(await ada.balance()).toMatchObject({ consumed_units: 11_000 });
});

it.each([1, 8])('follows its period again once it is paid, %i days after that was declined', async (days) => {
  const ada = await inRealTime(running, BY_WEEK, { grace: 0 });
  await ada.daysPass(7.01);
  await ada.isDeclined('renewal');
  expect(await ada.ends()).toEqual([null]);
  await ada.daysPass(days);
  await ada.isPaid();
  const { status, current_period_end } = await ada.shown();
  expect([status, await ada.ends()]).toEqual(['active', [current_period_end]]);
});

it('keeps credited what was used, also after the end of the period, where the grace period is over', async () => {
  const ada = await inRealTime(running, BY_WEEK, { grace: 14 });
  await ada.daysPass(7.01);
  await ada.isDeclined('renewal');
  await ada.isCredited(1000);
  await ada.uses(400);
  await ada.daysPass(8);
  await ada.uses(500);
  await ada.daysPass(6);
  await ada.graceEnds();
  await ada.isCredited(900);
  expect(await ada.balance()).toMatchObject({ consumed_units: 900, balance: 0 });
  await ada.isPaid();
  await ada.renews();
  expect(await ada.lastLines()).toEqual(['Fern AI 6000', 'Tokens (900, of which 900 are included) 0']);
});

it('is billed as its preview said where it is paid a day late, with all that was used by then', async () => {
  const ada = await inRealTime(running, BY_WEEK, { grace: 21 });
  await ada.daysPass(7.01);
  await ada.isDeclined('renewal');
  await ada.uses(1400);
  await ada.daysPass(8);
  await ada.uses(500);
  const shown = await ada.preview();
  await ada.isPaid();
  await ada.renews();
  const lines = ['Fern AI 6000', 'Tokens (1,900, of which 1,000 are included) 900'];
  expect(shown.lines.map(({ label, amount }: { label: string; amount: number }) => `${label} ${amount}`)).toEqual(
    lines,
  );
  expect(await ada.lastLines()).toEqual(lines);
  expect(await ada.balance()).toMatchObject({ consumed_units: 0, credited_units: 1000 });
});

it('has a balance that goes on, and tells of what it passes, after the end of the period too', async () => {
  const ada = await inRealTime(running, { ...BY_WEEK, meter: { thresholds: [50] } }, { grace: 21 });
  await ada.daysPass(7.01);
  await ada.isDeclined('renewal');
  await ada.uses(300);
  await ada.isTold([50, 100]);
  await ada.daysPass(8);
  const events = [{ name: 'call', external_customer_id: ada.externalId, metadata: { tokens: 900 } }];
  const answer = await ada.make('/v1/events/ingest?include_balances=true', { events });
  expect(answer.balances).toMatchObject([{ consumed_units: 1200, credited_units: 1000, balance: -200 }]);
  expect(await ada.balance()).toMatchObject({ consumed_units: 1200, balance: -200 });
  expect((await ada.shown()).meters).toMatchObject([{ consumed_units: 1200, amount: 200 }]);
  expect(await ada.preview()).toMatchObject({ total_amount: 6200 });
  await ada.isTold([]);
});

it.each(['sum', 'unique'])('counts on where it was past due before that was so: %s', async (func) => {
  const meter = { aggregation: { func, property: 'tokens' } };
  const ada = await inRealTime(running, { ...BY_WEEK, credits: 0, meter }, { grace: 21 });
  await ada.uses(7);
  const em = running.orm.em.fork();
  await em.execute(`update subscriptions set status = 'past_due' where id = ?`, [ada.id]);
  await ada.daysPass(8);
  for (const tokens of [5, 7]) await ada.uses(tokens);
  const { consumed_units: before } = await ada.balance();
  await running.orm.em.fork().transactional(async (em) => {
    const migration = new Migration20261124000023_past_due_usage(em.getDriver(), running.orm.config);
    migration.up();
    for (const query of migration.getQueries()) await em.execute(String(query));
  });
  const { consumed_units: after } = await ada.balance();
  expect([before, after, await ada.ends()]).toEqual(func === 'sum' ? [7, 19, [null]] : [1, 2, [null]]);
});
