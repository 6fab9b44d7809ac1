/** An attempt at a step that a terminated process has left behind, and that another step overtakes: it leaves nothing frozen. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { subscriptionActivities } from '../../activities/subscriptions/index.ts';
import { takeStep } from '../../activities/subscriptions/step.ts';
import { UsageGoesOn } from '../../activities/subscriptions/usage-goes-on.ts';
import type { SubscriptionId } from '../../billing/ids.ts';
import { Subscription } from '../../db/entities/subscription.ts';
import type { TaxProvider, TaxQuestion } from '../../tax/provider.ts';
import { tableOfTaxes } from '../../tax/table.ts';
import { type Running, startRunning } from '../api/running.ts';
import { aMeteredSubscriber } from '../usage/selling.ts';

let running: Running;
beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

const QUESTION: TaxQuestion = {
  seller: { country: 'DE', registrations: [] },
  ...{ buyer: { place: null, taxId: null }, currency: 'usd', parts: [], at: 0 },
};

it('thaws the accounts that it froze before the other step was written', async () => {
  const ada = await aMeteredSubscriber(running, { customer: { test_clock_id: undefined } });
  await ada.uses(100);
  const { orm, stripe, temporal, services } = running;
  const subscriptionId = ada.id as SubscriptionId;
  const { sequence } = await orm.em.fork().findOneOrFail(Subscription, { id: subscriptionId });
  const next = { subscriptionId, sequence: sequence + 1, at: Date.now() };
  const before = await ends();
  // Asked once the accounts are frozen, and while nobody holds the subscription.
  const farAway: TaxProvider = {
    record: tableOfTaxes.record,
    async calculate() {
      expect(await ends()).not.toEqual(before);
      const { editMetadata } = subscriptionActivities(deps);
      expect(await editMetadata({ ...next, key: 'metadata/other', metadata: {} })).toMatchObject({ isTaken: true });
      return { parts: [], calculationId: null };
    },
  };
  const deps = { orm, stripe, temporal, taxes: farAway, environment: services.environment };
  let tries = 0;
  const left = takeStep(deps, { ...next, key: 'end/of-before' }, async (_em, _row, _at, taxes) => {
    tries += 1;
    if (tries === 1) throw new UsageGoesOn();
    taxes.answerTo(QUESTION);
  });
  expect(await left).toMatchObject({ isTaken: false });
  expect(tries).toBe(2);
  expect(await ends()).toEqual(before);
  await ada.uses(20);
  expect(await ada.balance()).toMatchObject({ consumed_units: 120 });
});

const ends = (): Promise<unknown[]> =>
  running.orm.em.fork().execute('select subject, period_end from usage_accounts order by subject');
