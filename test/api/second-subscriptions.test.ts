/** A shop that allows a customer one subscription, and several that are begun at once, or by processes that had to wait. */
import { randomUUID } from 'node:crypto';
import type { CustomerId, OrganizationId, PriceId, ProductId, SubscriptionId } from '../../billing/ids.ts';
import { Checkout } from '../../db/entities/checkout.ts';
import { processOf, type SubscriptionStart } from '../../workflows/subscription.messages.ts';
import type { Reply, Running } from './running.ts';
import { startRunning } from './running.ts';

let running: Running;

beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

async function aFreePlan() {
  const { token, organization } = await running.aMerchant();
  const make = (path: string, body: unknown) => running.made(token, 'POST', path, body);
  const monthly = (prices: readonly object[]) =>
    make('/v1/products/', { name: 'Fern', recurring_interval: 'month', prices });
  const free = await monthly([{ amount_type: 'free' }]);
  const customer = await make('/v1/customers/', { email: `ada-${randomUUID()}@example.com` });
  return {
    ...{ token, make, monthly, free, customer },
    begin: (): Promise<Reply> =>
      running.call(token, 'POST', '/v1/subscriptions/', { product_id: free.id, customer_id: customer.id }),
    /** As what is asked while no worker is there: its process waits, whoever asked has long given up. */
    async wait(): Promise<void> {
      const subscriptionId = randomUUID() as SubscriptionId;
      const create = {
        organizationId: organization.id as OrganizationId,
        customerId: customer.id as CustomerId,
        productId: free.id as ProductId,
        priceId: free.prices[0].id as PriceId,
        metadata: {},
      };
      const start: SubscriptionStart = { subscriptionId, clockNow: null, create };
      const options = processOf({ ...create, id: subscriptionId, clockNow: null });
      await running.temporal.workflow.start('subscription', { ...options, args: [start] });
    },
    subscriptions: async () =>
      (await running.made(token, 'GET', `/v1/subscriptions/?customer_id=${customer.id}`)).items,
    processes: async (status: string) => {
      const query = `WorkflowType = "subscription" AND CustomerId = "${customer.id}" AND ExecutionStatus = "${status}"`;
      return (await running.temporal.workflow.count(query)).count;
    },
  };
}

it('of many at once one begins, and the others say that it has', async () => {
  const plan = await aFreePlan();
  const replies = await Promise.all(Array.from({ length: 8 }, () => plan.begin()));
  expect(replies.map(({ status }) => status).sort()).toEqual([201, ...Array(7).fill(403)]);
  const refused = replies.filter(({ status }) => status === 403);
  expect(new Set(refused.map(({ body }) => body.error))).toEqual(new Set(['AlreadyActiveSubscriptionError']));
  expect(await plan.subscriptions()).toHaveLength(1);
});

it('of processes that had to wait one lives, and the others end with nothing done', async () => {
  const plan = await aFreePlan();
  await Promise.all([plan.wait(), plan.wait(), plan.wait()]);
  await untilTrue(async () => (await plan.processes('Completed')) === 2);
  expect(await plan.subscriptions()).toHaveLength(1);
  expect([await plan.processes('Running'), await plan.processes('Failed')]).toEqual([1, 0]);
});

it('a process that had to wait until its customer was deleted begins nothing', async () => {
  const plan = await aFreePlan();
  await running.made(plan.token, 'DELETE', `/v1/customers/${plan.customer.id}`);
  await plan.wait();
  await untilTrue(async () => (await plan.processes('Completed')) === 1);
  expect(await plan.subscriptions()).toEqual([]);
});

it('nor does one begin beside what is being paid for at a checkout, until that was left', async () => {
  const plan = await aFreePlan();
  const paid = await plan.monthly([{ amount_type: 'fixed', price_amount: 500, price_currency: 'usd' }]);
  const checkout = await plan.make('/v1/checkouts/', { products: [paid.id], customer_id: plan.customer.id });
  const confirmation_token_id = await running.aCard('pm_card_authenticationRequired');
  await running.made(null, 'POST', `/v1/checkouts/client/${checkout.client_secret}/confirm`, { confirmation_token_id });
  const reply = await plan.begin();
  expect([reply.status, reply.body.error]).toEqual([403, 'AlreadyActiveSubscriptionError']);

  const modifiedAt = new Date(Date.now() - 16 * 60_000);
  await running.orm.em.fork().nativeUpdate(Checkout, checkout.id, { modifiedAt });
  expect((await plan.begin()).status).toBe(201);
  expect((await running.made(plan.token, 'GET', `/v1/checkouts/${checkout.id}`)).status).toBe('expired');
});

async function untilTrue(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((passed) => setTimeout(passed, 200));
}
