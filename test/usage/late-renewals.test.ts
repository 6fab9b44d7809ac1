/** Renewals that come later than a whole period: each event is billed once, and each period's units are the customer's. */
import { openPeriod } from '../../activities/subscriptions/renew.ts';
import type { SubscriptionId } from '../../billing/ids.ts';
import { Subscription } from '../../db/entities/subscription.ts';
import { tableOfTaxes } from '../../tax/table.ts';
import { type Running, startRunning } from '../api/running.ts';
import { aMeteredSubscriber, fixed, metered } from './selling.ts';

let running: Running;
beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

/** All of it began so many days earlier, and its process has been away since. */
async function wasAway(ada: Awaited<ReturnType<typeof aMeteredSubscriber>>, days: number) {
  const em = running.orm.em.fork();
  await em.execute(
    `update subscriptions set anchor = anchor - ?::interval, current_period_end = current_period_end - ?::interval,
       current_period_start = current_period_start - ?::interval where id = ?::uuid`,
    [...Array.from({ length: 3 }, () => `${days} days`), ada.id],
  );
  await em.execute(`update usage_accounts set period_end = period_end - ?::interval where meter_id = ?::uuid`, [
    `${days} days`,
    ada.meter.id,
  ]);
}

async function renews(id: SubscriptionId, renewal: number, at: number) {
  const { orm, stripe, temporal, services } = running;
  const deps = { orm, stripe, temporal, taxes: tableOfTaxes, environment: services.environment };
  const { sequence, currentPeriodEnd } = await orm.em.fork().findOneOrFail(Subscription, { id });
  expect(currentPeriodEnd.getTime()).toBeLessThan(at);
  await openPeriod(deps, { subscriptionId: id, sequence: sequence + 1, key: `renewal/${renewal}`, at, begunAt: at });
}

it('bill the first period to the unit, all that came since with the second, and leave the present one whole', async () => {
  const ada = await aMeteredSubscriber(running, {
    credits: 1000,
    unitAmount: '1',
    customer: { test_clock_id: undefined },
  });
  const id = ada.id as SubscriptionId;
  await ada.isCredited(1000);
  await ada.uses(1500);
  await wasAway(ada, 70);
  await ada.uses(2000);
  await ada.uses(600);
  const at = Date.now();
  for (const renewal of [1, 2]) await renews(id, renewal, at);
  const lines = (await ada.orders()).flatMap(({ items }) => items.map(({ label, amount }) => `${label} ${amount}`));
  expect(lines.filter((line) => line.startsWith('Tokens'))).toEqual([
    'Tokens (1,500, of which 1,000 are included) 500',
    'Tokens (2,600, of which 1,000 are included) 1600',
  ]);
  expect(await ada.balance()).toMatchObject({ consumed_units: 0, credited_units: 1000 });
  await ada.uses(700);
  expect(await ada.balance()).toMatchObject({ consumed_units: 700, credited_units: 1000 });
});

it.each(['Other', 'Other with credits'])(
  'keep what came since for the period that a pending change begins: %s',
  async (name) => {
    const ada = await aMeteredSubscriber(running, {
      credits: 1000,
      unitAmount: '1',
      customer: { test_clock_id: undefined },
    });
    await ada.isCredited(1000);
    const prices = [fixed(700), metered(ada.meter.id, '2')];
    const other = await ada.make('/v1/products/', { name, recurring_interval: 'month', prices });
    const isCredited = name !== 'Other';
    if (isCredited) {
      const [{ id: benefit }] = (await ada.show('/v1/benefits/?limit=1')).items;
      await ada.make(`/v1/products/${other.id}/benefits`, { benefits: [benefit] });
    }
    expect((await ada.patch({ product_id: other.id, proration_behavior: 'next_period' })).status).toBe(200);
    await ada.uses(1500);
    await wasAway(ada, 31);
    await ada.uses(2000);
    await renews(ada.id, 1, Date.now());
    expect(await ada.lastLines()).toEqual([`${name} 700`, 'Tokens (1,500, of which 1,000 are included) 500']);
    await ada.isCredited(isCredited ? 1000 : 0);
    expect(await ada.balance()).toMatchObject({ consumed_units: 2000 });
    expect((await ada.shown()).meters).toMatchObject([{ consumed_units: 2000, amount: isCredited ? 2000 : 4000 }]);
    await ada.uses(30);
    expect(await ada.balance()).toMatchObject({ consumed_units: 2030 });
  },
);
