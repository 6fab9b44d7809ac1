/** A year in the life of fifty customers, lived through the public API on one test clock. */
import { atATime, type Call, callerOf, cardToken, newMerchant } from '../api-client.ts';
import { CODE, type Person, type Plan, people } from './people.ts';

export interface Place {
  readonly api: string;
  readonly stripeApi: string;
  readonly operatorToken: string;
}

/** How the shop stood at the end of a month; revenue in cents of that month. */
export interface Month {
  readonly month: string;
  readonly active: number;
  readonly trialing: number;
  readonly past_due: number;
  readonly paused: number;
  readonly canceled: number;
  readonly revenue: number;
}

export interface Year {
  readonly months: readonly Month[];
  readonly invariants: Invariants;
  /** License keys that validated while their subscription ran and don't after it ended, or the other way round. */
  readonly keysChecked: number;
}

export interface Invariants {
  readonly ok: boolean;
  readonly rules: number;
  readonly payments_compared: number;
  readonly disagreements: readonly { rule: string; subject: string; detail: string }[];
}

const START = Date.UTC(2027, 0, 31);
const CUSTOMERS = 50;
const WIDTH = 8;

interface Buyer {
  readonly person: Person;
  readonly customerId: string;
  readonly subscriptionId: string;
}

export async function liveAYear(
  place: Place,
  progress: (done: number, of: number, what: string) => void,
): Promise<Year> {
  const steps = CUSTOMERS + 12 * 2 + 2;
  let done = 0;
  const step = (what: string) => {
    done += 1;
    progress(done, steps, what);
  };
  const { id: organizationId, call } = await newMerchant(place.api, place.operatorToken, 'Demo Year');
  const products = await openShop(call);
  const clock = await call('POST', '/v1/test-clocks/', { name: 'A year', frozen_time: new Date(START).toISOString() });
  const buyers = await atATime(people(CUSTOMERS), WIDTH, async (person) => {
    const buyer = await buy(place, call, products[person.plan], clock.id, person);
    step(`${person.name} buys`);
    return buyer;
  });
  const months: Month[] = [];
  for (let month = 1; month <= 12; month += 1) {
    await advance(call, clock.id, midMonth(month));
    await atATime(buyers, WIDTH, (buyer) => happen(place, call, products, buyer, month));
    step(`the middle of month ${month}`);
    await advance(call, clock.id, monthEnd(month));
    months.push(await tally(call, month));
    step(`the end of month ${month}`);
  }
  const keysChecked = await checkKeys(call, organizationId);
  step('license keys');
  const invariants: Invariants = await call('GET', '/v1/invariants');
  step('the books');
  return { months, invariants, keysChecked };
}

/** Months of the shop end where the anchor day of its first sales would: kept at 31, or the month's last. */
const monthEnd = (month: number) => Date.UTC(2027, month + 1, 0) + 12 * 3_600_000;
const midMonth = (month: number) => Date.UTC(2027, month, 10);

const BY_THE_SEAT = {
  amount_type: 'seat_based',
  price_currency: 'usd',
  seat_tiers: {
    seat_tier_type: 'graduated',
    tiers: [
      { min_seats: 1, max_seats: 4, price_per_seat: 1500 },
      { min_seats: 5, max_seats: null, price_per_seat: 1200 },
    ],
  },
};

async function openShop(call: Call): Promise<Record<Plan, string>> {
  const key = await call('POST', '/v1/benefits/', {
    type: 'license_keys',
    description: 'A license key',
    properties: { prefix: 'DEMO' },
  });
  await call('POST', '/v1/discounts/', {
    ...{ name: 'Hello', code: CODE, type: 'percentage', basis_points: 2500 },
    ...{ duration: 'repeating', duration_in_months: 3 },
  });
  const product = async (name: string, price: number, terms: Record<string, unknown>): Promise<string> => {
    const prices = [{ amount_type: 'fixed', price_amount: price, price_currency: 'usd' }];
    const { id } = await call('POST', '/v1/products/', { name, prices, ...terms });
    await call('POST', `/v1/products/${id}/benefits`, { benefits: [key.id] });
    return id;
  };
  return {
    trial: await product('Pro, two weeks free', 2900, {
      recurring_interval: 'month',
      trial_interval: 'day',
      trial_interval_count: 14,
    }),
    monthly: await product('Pro', 2900, { recurring_interval: 'month' }),
    yearly: await product('Pro for a year', 29_000, { recurring_interval: 'year' }),
    weekly: await product('Pro for a week', 900, { recurring_interval: 'week' }),
    team: await product('Team', 0, { recurring_interval: 'month', prices: [BY_THE_SEAT] }),
  };
}

async function buy(place: Place, call: Call, productId: string, clockId: string, person: Person): Promise<Buyer> {
  const customer = await call('POST', '/v1/customers/', {
    email: person.email,
    name: person.name,
    test_clock_id: clockId,
  });
  const checkout = await call('POST', '/v1/checkouts/', {
    products: [productId],
    customer_id: customer.id,
    ...(person.plan === 'team' ? { seats: 3 } : {}),
  });
  await callerOf(place.api, null)('POST', `/v1/checkouts/client/${checkout.client_secret}/confirm`, {
    confirmation_token_id: await cardToken(place.stripeApi, person.card),
    ...(person.code === null ? {} : { discount_code: person.code }),
  });
  const { subscription_id } = await call('GET', `/v1/checkouts/${checkout.id}`);
  return { person, customerId: customer.id, subscriptionId: subscription_id };
}

/** What becomes of a customer in the middle of a month. */
async function happen(
  place: Place,
  call: Call,
  products: Readonly<Record<Plan, string>>,
  { person, customerId, subscriptionId }: Buyer,
  month: number,
) {
  const change = (body: unknown) => call('PATCH', `/v1/subscriptions/${subscriptionId}`, body);
  const now = month === person.month;
  switch (person.fate) {
    case 'leaves in the trial':
      if (month === 1) await change({ cancel_at_period_end: true, customer_cancellation_reason: 'unused' });
      return;
    case 'cancels':
      if (now) await change({ cancel_at_period_end: true, customer_cancellation_reason: 'too_expensive' });
      return;
    case 'cancels and comes back':
      if (!now) return;
      await change({ cancel_at_period_end: true });
      await change({ cancel_at_period_end: false });
      return;
    case 'is revoked':
      if (now) await change({ revoke: true });
      return;
    case 'changes to the yearly plan':
      if (now) await change({ product_id: products.yearly, proration_behavior: 'invoice' });
      return;
    case 'pauses for two months':
      if (now) await change({ pause_at_period_end: true, resumes_at: new Date(midMonth(month + 2)).toISOString() });
      return;
    case 'adds seats':
      if (now) await change({ seats: 6, proration_behavior: 'prorate' });
      return;
    case 'card begins to fail, and is replaced':
      if (month === 2) await replaceCard(place, call, customerId);
      return;
    case 'stays':
    case 'card fails at the end of the trial':
    case 'card begins to fail':
      return;
  }
}

/** In the portal, as the customer would: the new card is tried on what is owed at once. */
async function replaceCard(place: Place, call: Call, customerId: string): Promise<void> {
  const session = await call('POST', '/v1/customer-sessions/', { customer_id: customerId });
  await callerOf(place.api, session.token)('POST', '/v1/customer-portal/customers/me/payment-methods', {
    confirmation_token_id: await cardToken(place.stripeApi, 'pm_card_mastercard'),
    set_default: true,
    return_url: `${place.api}/portal`,
  });
}

async function advance(call: Call, clockId: string, to: number): Promise<void> {
  await call('POST', `/v1/test-clocks/${clockId}/advance`, { frozen_time: new Date(to).toISOString() });
  for (;;) {
    const { status } = await call('GET', `/v1/test-clocks/${clockId}`);
    if (status === 'ready') return;
    await new Promise((passed) => setTimeout(passed, 100));
  }
}

async function tally(call: Call, month: number): Promise<Month> {
  const end = new Date(monthEnd(month));
  const begin = new Date(month === 1 ? START - 1 : monthEnd(month - 1));
  const count = async (status: string) =>
    (await call('GET', `/v1/subscriptions/?status=${status}&limit=1`)).pagination.total_count as number;
  const [active, trialing, past_due, paused, canceled] = await Promise.all(
    ['active', 'trialing', 'past_due', 'paused', 'canceled'].map(count),
  );
  return {
    month: end.toISOString().slice(0, 7),
    active: active ?? 0,
    trialing: trialing ?? 0,
    past_due: past_due ?? 0,
    paused: paused ?? 0,
    canceled: canceled ?? 0,
    revenue: await revenue(call, begin, end),
  };
}

async function revenue(call: Call, begin: Date, end: Date): Promise<number> {
  let sum = 0;
  for (let page = 1; ; page += 1) {
    const query = `status=paid&created_after=${begin.toISOString()}&created_before=${end.toISOString()}`;
    const { items, pagination } = await call('GET', `/v1/orders/?${query}&limit=100&page=${page}`);
    for (const order of items) sum += order.total_amount;
    if (page >= pagination.max_page) return sum;
  }
}

/** A key is good exactly while its subscription runs. */
async function checkKeys(call: Call, organizationId: string): Promise<number> {
  const { items: keys } = await call('GET', '/v1/license-keys/?limit=100');
  const running = new Set<string>();
  for (const status of ['active', 'trialing']) {
    const { items } = await call('GET', `/v1/subscriptions/?status=${status}&limit=100`);
    for (const { customer_id } of items) running.add(customer_id);
  }
  await atATime(keys as { key: string; customer_id: string }[], WIDTH, async ({ key, customer_id }) => {
    const isGood = await call('POST', '/v1/license-keys/validate', { key, organization_id: organizationId }).then(
      () => true,
      () => false,
    );
    if (isGood !== running.has(customer_id))
      throw new Error(`the key of customer ${customer_id} is ${isGood ? 'still' : 'not'} good`);
  });
  return keys.length;
}
