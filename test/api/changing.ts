/** A subscription on a clock of its own, and what is asked of it over HTTP. */
import { randomUUID } from 'node:crypto';
import { PaymentMethod } from '../../db/entities/payment-method.ts';
import { eventually } from './everything.ts';
import type { Running } from './running.ts';

export const START = '2027-04-01T00:00:00.000Z';
export const usd = (amount: number) => [{ amount_type: 'fixed', price_amount: amount, price_currency: 'usd' }];

/** Bought for $5 a month on 1 April 2027, on a clock of its own. */
export async function boughtAt(running: Running) {
  const { token, organization } = await running.aMerchant();
  const make = (path: string, body: unknown) => running.made(token, 'POST', path, body);
  const monthly = (name: string, amount: number, more = {}) =>
    make('/v1/products/', { name, recurring_interval: 'month', prices: usd(amount), ...more });
  const clock = await make('/v1/test-clocks/', { name: 'A life', frozen_time: START });
  const lite = await monthly('Fern Lite', 500);
  const email = `ada-${randomUUID()}@example.com`;
  const customer = await make('/v1/customers/', { email, test_clock_id: clock.id });
  const checkout = await make('/v1/checkouts/', { products: [lite.id], customer_id: customer.id });
  await running.made(null, 'POST', `/v1/checkouts/client/${checkout.client_secret}/confirm`, {
    confirmation_token_id: await running.aCard(),
  });
  const [{ id }] = (await running.made(token, 'GET', '/v1/subscriptions/')).items;
  const path = `/v1/subscriptions/${id}`;
  const isReady = async () =>
    (await running.made(token, 'GET', `/v1/test-clocks/${clock.id}`)).status === 'ready' ? true : undefined;
  return {
    ...{ id, token, organization, clock, lite, customer, make, monthly, isReady },
    show: () => running.made(token, 'GET', path),
    patch: (body: unknown) => running.call(token, 'PATCH', path, body),
    preview: (body: unknown) => running.call(token, 'POST', `${path}/change-preview`, body),
    nextCharge: () => running.call(token, 'GET', `${path}/charge-preview`),
    async orders(reason = 'subscription_update') {
      const { items } = await running.made(
        token,
        'GET',
        `/v1/orders/?subscription_id=${id}&sorting=created_at&sorting=invoice_number&limit=100`,
      );
      return items.filter(({ billing_reason }: { billing_reason: string }) => billing_reason === reason);
    },
    advance: (to: string) => running.call(token, 'POST', `/v1/test-clocks/${clock.id}/advance`, { frozen_time: to }),
    async lives(to: string) {
      await running.made(token, 'POST', `/v1/test-clocks/${clock.id}/advance`, { frozen_time: to });
      await eventually(isReady);
    },
    async cardAnswers(outcome: string) {
      const { stripeId } = await running.orm.em.fork().findOneOrFail(PaymentMethod, { customer: customer.id });
      await running.sandbox(`payment_methods/${stripeId}`, { outcome });
    },
    disagreements: () => running.disagreements(token),
  };
}

/** What a preview and an order have in common. */
export const sums = (body: Record<string, unknown>) =>
  Object.fromEntries(
    [
      ...['currency', 'subtotal_amount', 'discount_amount', 'net_amount', 'tax_amount'],
      ...['total_amount', 'applied_balance_amount'],
    ].map((name) => [name, body[name]]),
  );
export interface Line {
  readonly label: string;
  readonly amount: number;
  readonly proration: boolean;
}
export const lines = (of: readonly Line[]) => of.map(({ label, amount, proration }) => ({ label, amount, proration }));
