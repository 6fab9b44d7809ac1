/** Credited units begin anew with each period of their subscription, once, however it has begun; and only then. */
import { type Running, startRunning } from '../api/running.ts';
import { aMeteredSubscriber, fixed, metered, type Sold } from './selling.ts';

let running: Running;
beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

type Subscriber = Awaited<ReturnType<typeof aMeteredSubscriber>>;

/** Another product with the same benefit, at $20 and the price of usage there was. */
async function another(ada: Subscriber, more: object = {}, prices = [fixed(2000)]) {
  const [{ id }] = (await ada.show('/v1/benefits/?limit=1')).items;
  const usage = metered(ada.meter.id, '0.02');
  const product = await ada.make('/v1/products/', {
    ...{ name: 'Pro', recurring_interval: 'month', prices: [...prices, usage], ...more },
  });
  await ada.make(`/v1/products/${product.id}/benefits`, { benefits: [id] });
  return product.id as string;
}

const changes =
  (behavior: string, more: object = {}) =>
  async (ada: Subscriber) => {
    const { status } = await ada.patch({ product_id: await another(ada, more), proration_behavior: behavior });
    expect(status).toBe(200);
  };

const FREE = [{ amount_type: 'free', price_currency: 'usd' }];

interface Case {
  readonly name: string;
  readonly sold?: Sold;
  readonly act: (ada: Subscriber) => Promise<unknown>;
  /** Of 1,000 units, of which 400 were used: what is credited then without and with rollover, and what is used of it. */
  readonly credited: readonly [number, number];
  readonly used?: number;
}

const ANEW = [1000, 1600] as const;
/** What was used so far is closed, and what was left of the period's goes on. */
const GOES_ON = [600, 600] as const;
const AS_IT_WAS = { credited: [1000, 1000] as const, used: 400 };

const CASES: readonly Case[] = [
  { name: 'a renewal', act: (ada) => ada.lives('2027-05-01'), credited: ANEW },
  { name: 'a renewal that changes the plan', act: later('next_period'), credited: ANEW },
  { name: 'a change at once that is invoiced', act: changes('invoice'), credited: GOES_ON },
  { name: 'a change at once that is prorated', act: changes('prorate'), credited: GOES_ON },
  { name: 'a change that waits for the renewal, until then', act: changes('next_period'), ...AS_IT_WAS },
  { name: 'a change that begins a period', act: changes('reset'), credited: ANEW },
  { name: 'a change of interval', act: changes('prorate', { recurring_interval: 'year' }), credited: ANEW },
  {
    name: 'other units with a new period',
    sold: {
      prices: [
        {
          ...{ amount_type: 'seat_based', price_currency: 'usd', unit_label: 'project' },
          seat_tiers: { tiers: [{ min_seats: 1, price_per_seat: 500 }] },
        },
      ],
      checkout: { seats: 2 },
    },
    act: async (ada) => {
      expect((await ada.patch({ seats: 3, proration_behavior: 'reset' })).status).toBe(200);
    },
    credited: ANEW,
  },
  {
    name: 'a checkout that upgrades a free plan',
    sold: { prices: FREE },
    act: async (ada) => {
      const body = { products: [await another(ada)], subscription_id: ada.id };
      const { client_secret } = await ada.make('/v1/checkouts/', body);
      const confirm = `/v1/checkouts/client/${client_secret}/confirm`;
      await running.made(null, 'POST', confirm, { confirmation_token_id: await running.aCard() });
    },
    credited: ANEW,
  },
  { name: 'a period whose end is moved, until then', act: (ada) => moves(ada, '2027-06-10'), ...AS_IT_WAS },
  {
    name: 'the moved end of a period',
    act: async (ada) => {
      await moves(ada, '2027-04-10');
      await ada.lives('2027-04-10');
    },
    credited: ANEW,
  },
  { name: 'a trial that is added', act: (ada) => tries(ada, '2027-04-20'), credited: GOES_ON },
  {
    name: 'the end of a trial',
    sold: { product: { trial_interval: 'day', trial_interval_count: 14 } },
    act: (ada) => ada.lives('2027-04-15'),
    credited: ANEW,
  },
  {
    name: 'a trial that is ended now',
    sold: { product: { trial_interval: 'day', trial_interval_count: 14 } },
    act: (ada) => tries(ada, 'now'),
    credited: ANEW,
  },
  {
    name: 'a pause that is hardly one',
    act: async (ada) => {
      await ada.patch({ pause_at_period_end: true, resumes_at: '2027-05-01T00:00:01Z' });
      await ada.lives('2027-05-02');
    },
    credited: ANEW,
  },
  {
    name: 'a pause',
    act: async (ada) => {
      await ada.patch({ pause_at_period_end: true });
      await ada.lives('2027-05-03');
      await ada.isCredited(0);
      expect((await ada.patch({ resume: true })).status).toBe(200);
    },
    credited: ANEW,
  },
  {
    name: 'a renewal that is paid late',
    act: async (ada) => {
      await ada.cardAnswers('insufficient_funds');
      await ada.lives('2027-05-01');
      await ada.isCredited(0);
      await ada.cardAnswers('succeed');
      await ada.lives('2027-05-04');
    },
    credited: ANEW,
  },
  {
    name: 'a renewal that is paid when the next period has begun, by who lost the benefit',
    sold: { product: { recurring_interval: 'week' } },
    act: async (ada) => {
      await ada.cardAnswers('insufficient_funds');
      await ada.lives('2027-04-08');
      await ada.isCredited(0);
      await ada.lives('2027-04-17');
      await ada.cardAnswers('succeed');
      await ada.lives('2027-04-23');
    },
    credited: [1000, 2600],
  },
  {
    name: 'a renewal that is paid when the next period has begun, by who kept the benefit',
    sold: { product: { recurring_interval: 'week' } },
    act: async (ada) => {
      const { id, subscription_settings } = ada.organization;
      const settings = { ...subscription_settings, benefit_revocation_grace_period: 21 };
      await running.made(ada.token, 'PATCH', `/v1/organizations/${id}`, { subscription_settings: settings });
      await ada.cardAnswers('insufficient_funds');
      await ada.lives('2027-04-17');
      await ada.cardAnswers('succeed');
      await ada.lives('2027-04-23');
    },
    credited: [1000, 2600],
  },
];

function later(behavior: string) {
  return async (ada: Subscriber) => {
    await changes(behavior)(ada);
    await ada.lives('2027-05-01');
  };
}
const moves = (ada: Subscriber, to: string) => ada.patch({ current_billing_period_end: `${to}T00:00:00Z` });
const tries = (ada: Subscriber, until: string) =>
  ada.patch({ trial_end: until === 'now' ? until : `${until}T00:00:00Z` });

const BOTH = CASES.flatMap((each) => [
  { ...each, kept: 'vanish', rollover: false, credited_units: each.credited[0] },
  { ...each, kept: 'are kept', rollover: true, credited_units: each.credited[1] },
]);

it.each(BOTH)('$name: unused ones $kept', async ({ sold, rollover, act, credited_units, used = 0 }) => {
  const ada = await aMeteredSubscriber(running, { ...sold, credits: 1000, rollover });
  await ada.isCredited(1000);
  await ada.uses(400);
  await act(ada);
  await ada.isCredited(credited_units);
  expect(await ada.balance()).toMatchObject({ credited_units, consumed_units: used });
  // Whatever else the processes of the grants have still to do.
  await new Promise((passed) => setTimeout(passed, 300));
  expect(await ada.balance()).toMatchObject({ credited_units, consumed_units: used });
  expect(await ada.disagreements()).toEqual([]);
});
