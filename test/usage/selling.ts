/** A shop that sells by use, and a customer of its on a clock of their own. */
import { randomUUID } from 'node:crypto';
import { PaymentMethod } from '../../db/entities/payment-method.ts';
import { eventually } from '../api/everything.ts';
import type { Running } from '../api/running.ts';

export const START = '2027-04-01T00:00:00.000Z';

type Body = Readonly<Record<string, unknown>>;

export interface Sold {
  /** In the place of $5 a month; [] for nothing but usage. */
  readonly prices?: readonly Body[];
  /** Cents for a token. */
  readonly unitAmount?: string;
  readonly cap?: number;
  /** Tokens that come with each month. */
  readonly credits?: number;
  readonly rollover?: boolean;
  /** Besides the sum of tokens. */
  readonly meter?: Body;
  readonly product?: Body;
  readonly checkout?: Body;
  /** Of a discount of half, for so long. */
  readonly code?: 'once' | 'forever';
  readonly customer?: Body;
}

export const fixed = (amount: number) => ({
  amount_type: 'fixed',
  price_amount: amount,
  price_currency: 'usd',
});
export const metered = (meter: string, unitAmount: string, cap: number | null = null) => ({
  ...{ amount_type: 'metered_unit', price_currency: 'usd', meter_id: meter, unit_amount: unitAmount, cap_amount: cap },
});

export async function aShop(running: Running) {
  const { token, organization } = await running.aMerchant();
  const make = (path: string, body: unknown) => running.made(token, 'POST', path, body);
  const aMeter = (name = 'Tokens', more: Body = {}) =>
    make('/v1/meters/', {
      ...{ name, filter: { conjunction: 'and', clauses: [{ property: 'name', operator: 'eq', value: 'call' }] } },
      aggregation: { func: 'sum', property: 'tokens' },
      ...more,
    });
  return { token, organization, make, aMeter, show: (path: string) => running.made(token, 'GET', path) };
}

interface Numbered {
  readonly invoice_number: string;
}

/** Subscribed on 1 April 2027. */
export async function aMeteredSubscriber(running: Running, sold: Sold = {}) {
  const shop = await aShop(running);
  const { token, make, show } = shop;
  const meter = await shop.aMeter('Tokens', sold.meter);
  const clock = await make('/v1/test-clocks/', { name: 'A life', frozen_time: START });
  const usage = metered(meter.id, sold.unitAmount ?? '0.02', sold.cap ?? null);
  const product = await make('/v1/products/', {
    ...{ name: 'Fern AI', recurring_interval: 'month', prices: [...(sold.prices ?? [fixed(500)]), usage] },
    ...sold.product,
  });
  if (sold.credits) {
    const properties = { units: sold.credits, rollover: sold.rollover ?? false, meter_id: meter.id };
    const benefit = await make('/v1/benefits/', { type: 'meter_credit', description: 'Tokens', properties });
    await make(`/v1/products/${product.id}/benefits`, { benefits: [benefit.id] });
  }
  const externalId = `ada-${randomUUID()}`;
  const customer = await make('/v1/customers/', {
    ...{ email: `${externalId}@example.com`, external_id: externalId, test_clock_id: clock.id },
    ...sold.customer,
  });
  const discount = sold.code
    ? await make('/v1/discounts/', { name: 'Half', type: 'percentage', basis_points: 5000, duration: sold.code })
    : null;
  const checkout = await make('/v1/checkouts/', {
    ...{ products: [product.id], customer_id: customer.id, discount_id: discount?.id },
    ...sold.checkout,
  });
  const confirm = `/v1/checkouts/client/${checkout.client_secret}/confirm`;
  await running.made(null, 'POST', confirm, { confirmation_token_id: await running.aCard() });
  const [{ id }] = (await show(`/v1/subscriptions/?customer_id=${customer.id}`)).items;
  const path = `/v1/subscriptions/${id}`;
  const balance = async () => (await show(`/v1/customer-meters/?customer_id=${customer.id}`)).items[0];

  const subscriber = {
    ...{ ...shop, id, meter, clock, product, customer, checkout, externalId, balance },
    shown: () => show(path),
    patch: (body: unknown) => running.call(token, 'PATCH', path, body),
    preview: async () => show(`${path}/charge-preview`),
    ingest: (events: readonly Body[]) => make('/v1/events/ingest', { events }),
    /** One call of so many tokens. */
    uses: (tokens: number, more: Body = {}) =>
      make('/v1/events/ingest', {
        events: [{ name: 'call', external_customer_id: externalId, metadata: { tokens }, ...more }],
      }),
    async lives(to: string) {
      await make(`/v1/test-clocks/${clock.id}/advance`, { frozen_time: `${to}T00:00:00Z` });
      await eventually(async () => ((await show(`/v1/test-clocks/${clock.id}`)).status === 'ready' ? true : undefined));
    },
    async orders() {
      const { items } = await show(
        `/v1/orders/?customer_id=${customer.id}&sorting=created_at&sorting=invoice_number&limit=100`,
      );
      // Several may be of the same instant.
      const inOrder = items.sort((a: Numbered, b: Numbered) => (a.invoice_number < b.invoice_number ? -1 : 1));
      return inOrder as {
        billing_reason: string;
        status: string;
        total_amount: number;
        discount_amount: number;
        items: { label: string; amount: number; proration: boolean }[];
      }[];
    },
    /** As "label amount" for each line of the last order. */
    async lastLines(): Promise<string[]> {
      return (await subscriber.orders()).at(-1)?.items.map(({ label, amount }) => `${label} ${amount}`) ?? [];
    },
    async isCredited(units: number) {
      await eventually(async () => ((await balance())?.credited_units === units ? true : undefined));
    },
    async cardAnswers(outcome: string) {
      const { stripeId } = await running.orm.em.fork().findOneOrFail(PaymentMethod, { customer: customer.id });
      await running.sandbox(`payment_methods/${stripeId}`, { outcome });
    },
    disagreements: () => running.disagreements(token),
  };
  return subscriber;
}
