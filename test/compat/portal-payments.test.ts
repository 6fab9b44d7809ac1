/** What customers do about payments in their portal, asked by the peer's published SDK. */
import { randomUUID } from 'node:crypto';
import { Polar } from '@polar-sh/sdk';
import { eventually } from '../api/everything.ts';
import { type Running, startRunning } from '../api/running.ts';

let running: Running;
beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

it('a renewal that was declined is looked at, and paid with another card', async () => {
  const { token } = await running.aMerchant();
  const polar = new Polar({ accessToken: token, serverURL: running.api });
  const make = (path: string, body: unknown) => running.made(token, 'POST', path, body);
  const product = await polar.products.create({
    ...{ name: 'Fern Pro', recurringInterval: 'month' as const },
    prices: [{ amountType: 'fixed', priceAmount: 2000, priceCurrency: 'usd' }],
  });
  const clock = await make('/v1/test-clocks/', { name: 'A life', frozen_time: '2027-04-01T00:00:00Z' });
  const { id: customerId } = await make('/v1/customers/', {
    ...{ email: `ada-${randomUUID()}@example.com`, test_clock_id: clock.id },
  });
  const { clientSecret } = await polar.checkouts.create({ products: [product.id], customerId });
  const checkoutConfirmStripe = { confirmationTokenId: await running.aCard('pm_card_chargeCustomerFail') };
  await polar.checkouts.clientConfirm({ clientSecret, checkoutConfirmStripe });
  await make(`/v1/test-clocks/${clock.id}/advance`, { frozen_time: '2027-05-01T00:00:00Z' });
  const isReady = async () => (await running.made(token, 'GET', `/v1/test-clocks/${clock.id}`)).status === 'ready';
  await eventually(async () => ((await isReady()) ? true : undefined));
  const { items } = await running.made(token, 'GET', `/v1/orders/?customer_id=${customerId}`);
  const order = items.find(({ status }: { status: string }) => status === 'pending');

  const session = { customerSession: (await polar.customerSessions.create({ customerId })).token };
  const { orders, customers } = polar.customerPortal;
  const unpaid = await orders.getPaymentStatus(session, { id: order.id });
  expect([unpaid.status, typeof unpaid.error]).toEqual(['pending', 'string']);
  const customerOrderConfirmPayment = { paymentProcessor: 'stripe' as const };
  const declined = await orders.confirmRetryPayment(session, { id: order.id, customerOrderConfirmPayment });
  expect(declined).toMatchObject({ status: 'failed' });
  await customers.addPaymentMethod(session, {
    ...{ confirmationTokenId: await running.aCard(), setDefault: true, returnUrl: 'https://example.com/portal' },
  });
  await eventually(async () => {
    const { status } = await orders.getPaymentStatus(session, { id: order.id });
    return status === 'paid' ? true : undefined;
  });
  const again = orders.confirmRetryPayment(session, { id: order.id, customerOrderConfirmPayment });
  await expect(again).rejects.toMatchObject({ error: 'OrderNotEligibleForRetry' });
});
