/** A deletion that stopped in the middle keeps the customer's name until it has ended: usage belongs to one customer. */
import { randomUUID } from 'node:crypto';
import type { CustomerId } from '../../billing/ids.ts';
import { subscriptionWorkflowId } from '../../billing/workflow-ids.ts';
import { Customer } from '../../db/entities/customer.ts';
import { CustomerDeletion } from '../../db/entities/customer-deletion.ts';
import { SWEEP, startSweep } from '../../worker/sweep.ts';
import { eventually } from '../api/everything.ts';
import { type Running, startRunning } from '../api/running.ts';
import { aMeteredSubscriber, aShop, fixed } from './selling.ts';

let running: Running;
beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

/** As if workers had been away, and the API had given up. */
async function isHalfDeleted(id: CustomerId, anonymizes = false) {
  const em = running.orm.em.fork();
  await em.nativeUpdate(Customer, id, { deletedAt: new Date('2027-04-01T00:00:00Z') });
  await em.insert(CustomerDeletion, { customerId: id, beganAt: new Date(), anonymizes });
}

/** Its first look is for all of them; it is ended again, so that the next test has a first look of its own. */
async function isSwept(...ids: CustomerId[]) {
  await startSweep(running.temporal);
  await eventually(async () => {
    const left = await running.orm.em.fork().count(CustomerDeletion, { customerId: { $in: ids } });
    return left === 0 ? true : undefined;
  });
  await running.temporal.workflow.getHandle(SWEEP).terminate();
}

const aBeing = (field: string) => ({
  status: 422,
  body: { detail: [{ loc: ['body', field], msg: expect.stringMatching(/being deleted/) }] },
});

it('gives the name to nobody before, and nothing that was used under it to the next one', async () => {
  const ada = await aMeteredSubscriber(running, { unitAmount: '1' });
  const bob = await ada.make('/v1/customers/', { email: `bob-${ada.externalId}@example.com` });
  await ada.uses(300);
  await isHalfDeleted(ada.customer.id);
  const next = { email: `next-${ada.externalId}@example.com`, external_id: ada.externalId };
  expect(await running.call(ada.token, 'POST', '/v1/customers/', next)).toMatchObject(aBeing('external_id'));
  const named = await running.call(ada.token, 'PATCH', `/v1/customers/${bob.id}`, { external_id: ada.externalId });
  expect(named).toMatchObject(aBeing('external_id'));
  const checkout = { products: [ada.product.id], external_customer_id: ada.externalId };
  const opened = await running.call(ada.token, 'POST', '/v1/checkouts/', checkout);
  expect(opened).toMatchObject(aBeing('external_customer_id'));

  await isSwept(ada.customer.id);
  expect(await ada.shown()).toMatchObject({ status: 'canceled' });
  expect(await ada.lastLines()).toEqual(['Tokens (300) 300']);
  const second = await ada.make('/v1/customers/', next);
  const used = async () => (await ada.show(`/v1/customer-meters/?customer_id=${second.id}`)).items;
  expect((await used()).map((each: { consumed_units: number }) => each.consumed_units)).toEqual([0]);
  await ada.uses(500);
  expect(await used()).toMatchObject([{ consumed_units: 500 }]);
  // Asked once more by its id, there is nothing left to delete; by the name it is the second one's.
  expect((await running.call(ada.token, 'DELETE', `/v1/customers/${ada.customer.id}`)).status).toBe(404);
  expect((await running.call(ada.token, 'DELETE', `/v1/customers/external/${ada.externalId}`)).status).toBe(204);
  expect((await ada.show(`/v1/customers/?query=next-${ada.externalId}`)).items).toEqual([]);
  expect(await ada.disagreements()).toEqual([]);
});

it('goes on with the next request, which is not taken for the next customer’s', async () => {
  const ada = await aMeteredSubscriber(running);
  await isHalfDeleted(ada.customer.id);
  const path = `/v1/customers/external/${ada.externalId}`;
  expect((await running.call(ada.token, 'DELETE', `${path}?anonymize=true`)).status).toBe(204);
  expect(await ada.shown()).toMatchObject({ status: 'canceled' });
  const row = await running.orm.em.fork().findOneOrFail(Customer, ada.customer.id as CustomerId);
  expect(row).toMatchObject({ externalId: null, email: `deleted-${row.id}@anonymized.invalid` });
  expect((await running.call(ada.token, 'DELETE', path)).status).toBe(404);
});

it('is ended once, though the sweep and two requests come to it at the same time', async () => {
  const ada = await aMeteredSubscriber(running, { unitAmount: '1' });
  await ada.uses(300);
  await isHalfDeleted(ada.customer.id);
  const remove = () => running.call(ada.token, 'DELETE', `/v1/customers/${ada.customer.id}`);
  const [, ...replies] = await Promise.all([isSwept(ada.customer.id), remove(), remove()]);
  expect(replies.map(({ status }) => [204, 404].includes(status))).toEqual([true, true]);
  expect((await ada.orders()).map(({ total_amount }) => total_amount)).toEqual([500, 300]);
  const second = await ada.make('/v1/customers/', {
    ...{ email: `next-${ada.externalId}@example.com`, external_id: ada.externalId },
  });
  await ada.uses(7);
  const { items } = await ada.show(`/v1/customer-meters/?customer_id=${second.id}`);
  expect(items).toMatchObject([{ consumed_units: 7 }]);
  expect(await ada.disagreements()).toEqual([]);
});

it('ends what is still open, also without a process, and forgets who they were where that was asked', async () => {
  const shop = await aShop(running);
  const prices = [fixed(500)];
  const product = await shop.make('/v1/products/', { name: 'Fern', recurring_interval: 'month', prices });
  const ada = await shop.make('/v1/customers/', {
    email: `ada-${randomUUID()}@example.com`,
    external_id: randomUUID(),
  });
  const opens = () => shop.make('/v1/checkouts/', { products: [product.id], customer_id: ada.id });
  const paid = await opens();
  await running.made(null, 'POST', `/v1/checkouts/client/${paid.client_secret}/confirm`, {
    confirmation_token_id: await running.aCard(),
  });
  const [{ id }] = (await shop.show(`/v1/subscriptions/?customer_id=${ada.id}`)).items;
  const open = await opens();
  await running.temporal.workflow.getHandle(subscriptionWorkflowId(id)).terminate();
  await isHalfDeleted(ada.id, true);
  await isSwept(ada.id);
  expect(await shop.show(`/v1/subscriptions/${id}`)).toMatchObject({ status: 'canceled' });
  expect(await shop.show(`/v1/checkouts/${open.id}`)).toMatchObject({ status: 'expired' });
  const row = await running.orm.em.fork().findOneOrFail(Customer, ada.id as CustomerId);
  expect(row).toMatchObject({ externalId: null, email: `deleted-${row.id}@anonymized.invalid`, name: null });
});

it('lets nobody pay as somebody who is called so', async () => {
  const shop = await aShop(running);
  const product = await shop.make('/v1/products/', { name: 'Fern', prices: [fixed(500)] });
  const external_id = randomUUID();
  const checkout = await shop.make('/v1/checkouts/', {
    ...{ products: [product.id], customer_email: `b-${external_id}@example.com`, external_customer_id: external_id },
  });
  const pay = async () =>
    running.call(null, 'POST', `/v1/checkouts/client/${checkout.client_secret}/confirm`, {
      confirmation_token_id: await running.aCard(),
    });
  const ada = await shop.make('/v1/customers/', { email: `a-${external_id}@example.com`, external_id });
  await isHalfDeleted(ada.id);
  expect((await pay()).body.detail).toMatch(/has been deleted/);
  await isSwept(ada.id);
  expect((await pay()).status).toBe(200);
  await eventually(async () => {
    const { status } = await shop.show(`/v1/checkouts/${checkout.id}`);
    return status === 'succeeded' ? true : undefined;
  });
  const { items } = await shop.show('/v1/customers/');
  expect(items).toMatchObject([{ external_id, email: `b-${external_id}@example.com` }]);
});
