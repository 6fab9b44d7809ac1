/** Accounts that a killed worker has left frozen: the sweep lets them go on, with all that came meanwhile. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { freezeUsage } from '../../activities/subscriptions/frozen.ts';
import { thawForgotten } from '../../activities/sweep/forgotten-freezes.ts';
import { Subscription } from '../../db/entities/subscription.ts';
import { tableOfTaxes } from '../../tax/table.ts';
import { type Running, startRunning } from '../api/running.ts';
import { aMeteredSubscriber } from '../usage/selling.ts';

let running: Running;
beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

it('are found once they have been for a while, and nothing that came in is lost', async () => {
  const ada = await aMeteredSubscriber(running, { customer: { test_clock_id: undefined } });
  await ada.uses(100);
  const before = await ends();
  const { orm, stripe, temporal, services } = running;
  await orm.em.fork().transactional(async (em) => {
    await freezeUsage(em, await em.findOneOrFail(Subscription, { id: ada.id }), new Date());
  });
  const frozen = await ends();
  expect(frozen).not.toEqual(before);
  await ada.uses(20);
  expect(await ada.balance()).toMatchObject({ consumed_units: 100 });
  const deps = { orm, stripe, temporal, taxes: tableOfTaxes, environment: services.environment };
  const looks = (until: number) => new MockActivityEnvironment().run(() => thawForgotten(deps, { before: until }));
  await looks(Date.now() - 3_600_000);
  expect(await ends()).toEqual(frozen);
  await looks(Date.now() + 60_000);
  expect(await ends()).toEqual(before);
  expect(await ada.balance()).toMatchObject({ consumed_units: 120 });
});

const ends = (): Promise<unknown[]> =>
  running.orm.em.fork().execute('select subject, meter_id, period_end from usage_accounts order by 1, 2');
