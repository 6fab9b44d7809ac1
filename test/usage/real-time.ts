/** Subscribers in real time: their days pass by dating all of it earlier, and their steps are taken by hand. */

import type { Dependencies } from '../../activities/dependencies.ts';
import type { ChargeOutcome } from '../../activities/stripe/outcome.ts';
import { endGrace, openAttempt, settle } from '../../activities/subscriptions/collect.ts';
import { openMeterCycle } from '../../activities/subscriptions/meter-cycle.ts';
import { openPeriod } from '../../activities/subscriptions/renew.ts';
import type { Step, Stepped } from '../../activities/subscriptions/step.ts';
import type { SubscriptionId } from '../../billing/ids.ts';
import { Order } from '../../db/entities/order.ts';
import { Subscription } from '../../db/entities/subscription.ts';
import { tableOfTaxes } from '../../tax/table.ts';
import { eventually } from '../api/everything.ts';
import type { Running } from '../api/running.ts';
import { aMeteredSubscriber, type Sold } from './selling.ts';

const DATES = ['anchor', 'current_period_start', 'current_period_end', 'current_meter_period_start'];
const SHIFTED = [...DATES, 'current_meter_period_end', 'past_due_at'];

interface Options {
  /** Days for which benefits outlive the first failed charge. */
  readonly grace: number;
}

export async function inRealTime(running: Running, sold: Sold, { grace }: Options) {
  const ada = await aMeteredSubscriber(running, { ...sold, customer: { test_clock_id: undefined, ...sold.customer } });
  const { subscription_settings: settings, id: organization } = ada.organization;
  await running.made(ada.token, 'PATCH', `/v1/organizations/${organization}`, {
    subscription_settings: {
      ...settings,
      benefit_revocation_grace_period: grace,
      allow_multiple_subscriptions: true,
    },
  });
  if (sold.credits) await ada.isCredited(sold.credits);
  const subscriptionId = ada.id as SubscriptionId;
  const { orm, stripe, temporal, services } = running;
  const deps: Dependencies = { orm, stripe, temporal, taxes: tableOfTaxes, environment: services.environment };
  const em = () => orm.em.fork();

  async function take<S extends Step>(
    activity: (deps: Dependencies, step: S) => Promise<Stepped>,
    kind: string,
    more: Omit<S, keyof Step>,
  ): Promise<Stepped['state']> {
    const { sequence } = await em().findOneOrFail(Subscription, subscriptionId);
    const step = { subscriptionId, sequence: sequence + 1, key: `${kind}/${sequence + 1}`, at: Date.now() };
    const { isTaken, state } = await activity(deps, { ...step, ...more } as S);
    expect(isTaken).toBe(true);
    return state;
  }

  async function settles({ pendingCharge }: Stepped['state'], outcome: ChargeOutcome): Promise<Stepped['state']> {
    if (pendingCharge === null) throw new Error('There is nothing to charge.');
    const { orderId, paymentId } = pendingCharge;
    return take(settle, 'settle', { orderId, paymentId, outcome });
  }

  return {
    ...ada,
    async daysPass(days: number) {
      const passed = SHIFTED.map((date) => `${date} = ${date} - ?::interval`).join();
      const by = `${days} days`;
      await em().execute(`update subscriptions set ${passed} where id = ?`, [...SHIFTED.map(() => by), subscriptionId]);
      await em().execute(`update usage_accounts set period_end = period_end - ?::interval where meter_id = ?`, [
        by,
        ada.meter.id,
      ]);
    },
    renews: () => take(openPeriod, 'renewal', { begunAt: Date.now() }),
    /** As its last order shows then. */
    async isDeclined(kind: 'renewal' | 'meter cycle') {
      const opened = await take(kind === 'renewal' ? openPeriod : openMeterCycle, 'renewal', { begunAt: Date.now() });
      await settles(opened, { status: 'declined', reason: 'insufficient_funds' });
    },
    async isPaid() {
      const { id } = await em().findOneOrFail(Order, { subscription: subscriptionId, status: 'pending' });
      const attempt = { orderId: id, trigger: 'retry_dunning' as const, paymentMethodId: null };
      return settles(await take(openAttempt, 'attempt', { ...attempt, begunAt: Date.now() }), { status: 'paid' });
    },
    graceEnds: () => take(endGrace, 'grace', {}),
    /** Of its accounts' running periods. */
    async ends(): Promise<(string | null)[]> {
      const found: { ends: Date | null }[] = await em().execute(
        'select distinct period_end as ends from usage_accounts where meter_id = ?',
        [ada.meter.id],
      );
      return found.map(({ ends }) => ends && new Date(ends).toISOString());
    },
    /** Of thresholds: that these are not reached yet. */
    async isTold(ahead: readonly number[]) {
      const told = async (): Promise<{ told_ahead: number[] }[]> =>
        em().execute('select told_ahead from customer_meters where meter_id = ?', [ada.meter.id]);
      await eventually(async () => ((await told())[0]?.told_ahead.join() === ahead.join() ? true : undefined));
    },
  };
}
