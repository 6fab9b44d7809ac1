/** Usage that comes to more than any card can be charged with: declined as such, and the subscription goes on to its end. */
import { type Running, startRunning } from '../api/running.ts';
import { aMeteredSubscriber } from './selling.ts';

let running: Running;
beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

async function hasUsedTooMuch() {
  const ada = await aMeteredSubscriber(running, { unitAmount: '99999' });
  await ada.uses(1e14);
  return ada;
}

it('is declined with the renewal, which can be revoked then', async () => {
  const ada = await hasUsedTooMuch();
  expect((await ada.shown()).meters).toMatchObject([{ amount: 999_999_999_999 }]);
  await ada.lives('2027-05-01');
  expect((await ada.shown()).status).toBe('past_due');
  const [, renewal] = (await ada.show(`/v1/orders/?customer_id=${ada.customer.id}&sorting=created_at`)).items;
  expect(renewal).toMatchObject({ status: 'pending', total_amount: 1_000_000_000_499 });
  const { items } = await ada.show(`/v1/payments/?order_id=${renewal.id}`);
  expect(items).toMatchObject([{ status: 'failed', decline_reason: 'amount_too_large' }]);
  const revoked = await running.call(ada.token, 'DELETE', `/v1/subscriptions/${ada.id}`);
  expect(revoked).toMatchObject({ status: 200, body: { status: 'canceled' } });
  expect(await ada.disagreements()).toEqual([]);
});

it('is owed by the final order where it ends at once', async () => {
  const ada = await hasUsedTooMuch();
  const revoked = await running.call(ada.token, 'DELETE', `/v1/subscriptions/${ada.id}`);
  expect(revoked).toMatchObject({ status: 200, body: { status: 'canceled' } });
  const lines = await ada.lastLines();
  expect(lines).toEqual(['Tokens (100,000,000,000,000) 999999999999']);
  expect(await ada.disagreements()).toEqual([]);
});
