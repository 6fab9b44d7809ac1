/** Renewals that come later than a whole period: each event is billed once, and each period's units are the customer's. */
import { openPeriod } from '../../activities/subscriptions/renew.ts';
import type { SubscriptionId } from '../../billing/ids.ts';
import { Subscription } from '../../db/entities/subscription.ts';
import { tableOfTaxes } from '../../tax/table.ts';
import { type Running, startRunning } from '../api/running.ts';
import { aMeteredSubscriber } from './selling.ts';

let running: Running;
beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

it('bill the first period to the unit, all that came since with the second, and leave the present one whole', async () => {
  const ada = await aMeteredSubscriber(running, {
    credits: 1000,
    unitAmount: '1',
    customer: { test_clock_id: undefined },
  });
  const id = ada.id as SubscriptionId;
  await ada.isCredited(1000);
  await ada.uses(1500);
  // All of it began 70 days earlier, and its process has been away since.
  const em = running.orm.em.fork();
  await em.execute(
    `update subscriptions set anchor = anchor - interval '70 days', current_period_end = current_period_end - interval '70 days',
       current_period_start = current_period_start - interval '70 days' where id = ?::uuid`,
    [id],
  );
  await em.execute(`update usage_accounts set period_end = period_end - interval '70 days' where meter_id = ?::uuid`, [
    ada.meter.id,
  ]);
  await ada.uses(2000);
  await ada.uses(600);
  const { orm, stripe, temporal, services } = running;
  const deps = { orm, stripe, temporal, taxes: tableOfTaxes, environment: services.environment };
  const at = Date.now();
  for (const renewal of [1, 2]) {
    const { sequence, currentPeriodEnd } = await running.orm.em.fork().findOneOrFail(Subscription, { id });
    expect(currentPeriodEnd.getTime()).toBeLessThan(at);
    await openPeriod(deps, { subscriptionId: id, sequence: sequence + 1, key: `renewal/${renewal}`, at, begunAt: at });
  }
  const lines = (await ada.orders()).flatMap(({ items }) => items.map(({ label, amount }) => `${label} ${amount}`));
  expect(lines.filter((line) => line.startsWith('Tokens'))).toEqual([
    'Tokens (1,500, of which 1,000 are included) 500',
    'Tokens (2,600, of which 1,000 are included) 1600',
  ]);
  expect(await ada.balance()).toMatchObject({ consumed_units: 0, credited_units: 1000 });
  await ada.uses(700);
  expect(await ada.balance()).toMatchObject({ consumed_units: 700, credited_units: 1000 });
});
