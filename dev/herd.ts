/** Many subscriptions that fall due at the same instant, in real time: for the chaos tests and the benches. */
import { atATime, type Call, callerOf, cardToken, newMerchant } from './api-client.ts';
import type { System } from './system.ts';

export interface Herd {
  readonly organizationId: string;
  readonly call: Call;
  readonly productId: string;
  readonly subscriptionIds: readonly string[];
  /** Purchases a second while they were bought. */
  readonly purchasesPerSecond: number;
}

type Place = Pick<System, 'api' | 'stripeApi' | 'operatorToken'>;

/** Bought through real checkouts, 16 at a time. `prepare` runs before the first purchase, to set up a receiver say. */
export async function buyHerd(
  place: Place,
  size: number,
  prepare: (call: Call) => Promise<void> = async () => {},
): Promise<Herd> {
  const { id: organizationId, call } = await newMerchant(place.api, place.operatorToken, 'The Herd');
  await prepare(call);
  const { id: productId } = await call('POST', '/v1/products/', {
    name: 'Fern Pro',
    recurring_interval: 'month',
    prices: [{ amount_type: 'fixed', price_amount: 2000, price_currency: 'usd' }],
  });
  const numbers = Array.from({ length: size }, (_, index) => index);
  const tokens = await atATime(numbers, 8, () => cardToken(place.stripeApi, 'pm_card_visa'));
  const began = performance.now();
  const subscriptionIds = await atATime(numbers, 16, async (number) => {
    const checkout = await call('POST', '/v1/checkouts/', {
      products: [productId],
      customer_email: `customer-${number}@example.com`,
    });
    await callerOf(place.api, null)('POST', `/v1/checkouts/client/${checkout.client_secret}/confirm`, {
      confirmation_token_id: tokens[number],
    });
    return checkout.id as string;
  });
  const purchasesPerSecond = size / ((performance.now() - began) / 1000);
  return {
    organizationId,
    call,
    productId,
    purchasesPerSecond,
    subscriptionIds: await atATime(subscriptionIds, 16, async (id) => {
      const { status, subscription_id } = await call('GET', `/v1/checkouts/${id}`);
      if (status !== 'succeeded') throw new Error(`checkout ${id} is ${status}`);
      return subscription_id as string;
    }),
  };
}

/** Gives all of them a trial that ends at one instant (ms since 1970): that is when they are charged next. */
export async function fallDueAt({ call, subscriptionIds }: Herd, instant: number): Promise<void> {
  const trial_end = new Date(instant).toISOString();
  await atATime(subscriptionIds, 16, (id) => call('PATCH', `/v1/subscriptions/${id}`, { trial_end }));
}
