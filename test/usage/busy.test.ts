/** Of who sends events all the time, while taxes are asked for too: what ends now ends, and previews and letters come. */

import type { SubscriptionId } from '../../billing/ids.ts';
import { subscriptionWorkflowId } from '../../billing/workflow-ids.ts';
import { Email } from '../../db/entities/email.ts';
import { Organization } from '../../db/entities/organization.ts';
import { Subscription } from '../../db/entities/subscription.ts';
import type { TaxQuestion } from '../../tax/provider.ts';
import { revoke } from '../../workflows/subscription.messages.ts';
import { eventually } from '../api/everything.ts';
import { type Running, startRunning } from '../api/running.ts';
import { LONDON, Taxes } from '../api/taxing.ts';
import { aMeteredSubscriber, fixed, metered, type Sold } from './selling.ts';

/** While it is asked, and it takes its time, somebody uses something. */
class SlowTaxes extends Taxes {
  meanwhile: () => Promise<unknown> = async () => undefined;

  override async calculate(question: TaxQuestion) {
    await this.meanwhile();
    return super.calculate(question);
  }
}

let running: Running;
const taxes = new SlowTaxes();
beforeAll(async () => {
  running = await startRunning({ taxes });
});
beforeEach(() => {
  taxes.meanwhile = async () => undefined;
});
afterAll(() => running.close());

const IN_REAL_TIME = { test_clock_id: undefined };

/** In London, of a shop that collects there; from now on they use a token whenever a tax is asked for. */
async function aBusySubscriber(sold: Sold = {}) {
  const ada = await aMeteredSubscriber(running, { ...sold, customer: { billing_address: LONDON, ...sold.customer } });
  const em = running.orm.em.fork();
  await em.nativeUpdate(Organization, { id: ada.organization.id }, { country: 'DE', taxRegistrations: ['GB', 'EU'] });
  await ada.uses(100_000);
  const before = taxes.calculated;
  taxes.meanwhile = () => ada.uses(10_000);
  return {
    ...ada,
    asked: () => taxes.calculated - before,
    cancelPreview: (body: object) => ada.make(`/v1/subscriptions/${ada.id}/cancel-preview`, body),
    async isDeclined() {
      await ada.cardAnswers('lost_card');
    },
  };
}

it.each([
  ['in real time', IN_REAL_TIME],
  ['on a test clock', {}],
])('revokes, %s, at what was used before, and asks once', async (_, customer) => {
  const ada = await aBusySubscriber({ customer });
  const { body } = await ada.patch({ revoke: true });
  expect(body).toMatchObject({ status: 'canceled' });
  expect(ada.asked()).toBe(1);
  const order = (await ada.orders()).at(-1);
  expect(order).toMatchObject({ billing_reason: 'subscription_meter_cycle', total_amount: 2000, tax_amount: 333 });
  expect(await ada.lastLines()).toEqual(['Tokens (100,000) 2000']);
  // What came in while the end was under way is nobody's.
  expect(await ada.balance()).toMatchObject({ consumed_units: 10_000 });
  expect(await ada.disagreements()).toEqual([]);
});

it('gives up, when a card is declined for good, at what was used before', async () => {
  const ada = await aBusySubscriber();
  await ada.isDeclined();
  await ada.lives('2027-05-01');
  expect(await ada.shown()).toMatchObject({ status: 'canceled' });
  const reasons = (await ada.orders()).map(({ billing_reason }) => billing_reason);
  expect(reasons).toEqual(['subscription_create', 'subscription_cycle', 'subscription_meter_cycle']);
  expect(await ada.disagreements()).toEqual([]);
});

it('previews the next charge and the ends of what goes on meanwhile, asking once for each', async () => {
  const ada = await aBusySubscriber({ customer: IN_REAL_TIME });
  expect(await ada.preview()).toMatchObject({ total_amount: 2500 });
  expect(await ada.cancelPreview({})).toMatchObject({ total_amount: 2200 });
  expect(await ada.cancelPreview({ revoke: true })).toMatchObject({ total_amount: 2400 });
  const session = (await ada.make('/v1/customer-sessions/', { customer_id: ada.customer.id })).token;
  const mine = `/v1/customer-portal/subscriptions/${ada.id}`;
  expect(await running.made(session, 'GET', `${mine}/charge-preview`)).toMatchObject({ total_amount: 3100 });
  expect(await running.made(session, 'GET', `${mine}/cancel-preview`)).toMatchObject({ total_amount: 2800 });
  expect(ada.asked()).toBe(5);
});

it('reminds of a renewal, and says what it would come to', async () => {
  const product = { recurring_interval: 'year' };
  const ada = await aBusySubscriber({ product });
  await ada.lives('2028-03-28');
  const em = running.orm.em.fork();
  const customer = ada.customer.id;
  const [letter] = await em.find(Email, { customer, kind: 'subscription_renewal_reminder' });
  expect(letter?.text).toMatch(/\$26\.00|\$25\.00|\$27\.00/);
});

it('counts on where the process that was about to end it is no more', async () => {
  const ada = await aBusySubscriber({ customer: IN_REAL_TIME });
  const em = running.orm.em.fork();
  const ends = async () => {
    const rows = await em.execute<{ end: Date | null }[]>(
      'select period_end as "end" from usage_accounts where meter_id = ?::uuid',
      [ada.meter.id],
    );
    return [...new Set(rows.map(({ end }) => new Date(end ?? 0).getTime()))];
  };
  const isFrozen = async () => (await ends()).every((end) => end <= 0);
  taxes.meanwhile = async () => undefined;
  taxes.away = Number.POSITIVE_INFINITY;
  const process = running.temporal.workflow.getHandle(subscriptionWorkflowId(ada.id as SubscriptionId));
  await process.startUpdate(revoke, { args: [{ reason: null, comment: null }], waitForStage: 'ACCEPTED' });
  await eventually(async () => (await isFrozen()) || undefined);
  await ada.uses(50_000);
  expect(await ada.balance()).toMatchObject({ consumed_units: 100_000 });
  await process.terminate('An operator has done it');
  taxes.away = 0;
  // Whoever is next to ask has the process started from its row.
  expect((await ada.patch({ metadata: { any: 'thing' } })).body).toMatchObject({ status: 'active' });
  expect(await ada.balance()).toMatchObject({ consumed_units: 150_000 });
  const { currentPeriodEnd } = await em.findOneOrFail(Subscription, { id: ada.id as SubscriptionId });
  expect(await ends()).toEqual([currentPeriodEnd.getTime()]);
  await ada.patch({ revoke: true });
  expect(await ada.lastLines()).toEqual(['Tokens (150,000) 3000']);
  expect(await ada.disagreements()).toEqual([]);
});

it('leaves what comes after the end to another subscription of the customer’s that has the meter', async () => {
  const ada = await aBusySubscriber({ customer: IN_REAL_TIME });
  const prices = [fixed(700), metered(ada.meter.id, '0.01')];
  const other = await ada.make('/v1/products/', { name: 'Other', recurring_interval: 'month', prices });
  const settings = { ...ada.organization.subscription_settings, allow_multiple_subscriptions: true };
  await running.made(ada.token, 'PATCH', `/v1/organizations/${ada.organization.id}`, {
    subscription_settings: settings,
  });
  const checkout = await ada.make('/v1/checkouts/', { products: [other.id], customer_id: ada.customer.id });
  await running.made(null, 'POST', `/v1/checkouts/client/${checkout.client_secret}/confirm`, {
    confirmation_token_id: await running.aCard(),
  });
  const { consumed_units: used } = await ada.balance();
  await ada.patch({ revoke: true });
  const orders = await ada.orders();
  expect(orders.at(-1)?.items).toMatchObject([{ amount: used * 0.02 }]);
  const { items } = await ada.show(`/v1/subscriptions/?customer_id=${ada.customer.id}&active=true`);
  expect(items).toMatchObject([{ meters: [{ consumed_units: 10_000, amount: 100 }] }]);
});
