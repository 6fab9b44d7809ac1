/** What is shown of a subscription's end is what its last order bills, to the cent, however it ends and whatever is used. */
import { Organization } from '../../db/entities/organization.ts';
import { type Running, startRunning } from '../api/running.ts';
import { LONDON, Taxes } from '../api/taxing.ts';
import { aMeteredSubscriber, type Sold } from './selling.ts';

let running: Running;
beforeAll(async () => {
  running = await startRunning({ taxes: new Taxes() });
});
afterAll(() => running.close());

interface Shape {
  readonly sold?: Sold;
  readonly tax?: 'inclusive' | 'exclusive';
}

const SHAPES: Readonly<Record<string, Shape>> = {
  'at a price with decimals': { sold: { unitAmount: '0.02137' } },
  'with a discount, a cap and a tax on top': {
    sold: { unitAmount: '0.02137', cap: 1711, code: 'forever' },
    tax: 'exclusive',
  },
  'with credited units and a tax within': {
    sold: { unitAmount: '0.02137', credits: 41_003, rollover: true },
    tax: 'inclusive',
  },
  'of unique values, with a discount': {
    sold: { unitAmount: '33.3', code: 'forever', meter: { aggregation: { func: 'unique', property: 'tokens' } } },
    tax: 'inclusive',
  },
};

async function subscribed({ sold = {}, tax }: Shape, more: Sold = {}) {
  const customer = { ...(tax ? { billing_address: LONDON } : {}), ...more.customer };
  const ada = await aMeteredSubscriber(running, { ...sold, ...more, customer });
  if (sold.credits) await ada.isCredited(sold.credits);
  const em = running.orm.em.fork();
  const of = { country: 'DE', taxRegistrations: tax ? ['GB', 'EU'] : [], ...(tax ? { defaultTaxBehavior: tax } : {}) };
  await em.nativeUpdate(Organization, { id: ada.organization.id }, of);
  await ada.uses(70_001);
  await ada.uses(33_333);
  const execute = (statement: string, of: string) => em.execute(statement, [of]);
  return {
    ...{ ...ada, execute },
    endPreview: (body: object = {}) => ada.make(`/v1/subscriptions/${ada.id}/cancel-preview`, body),
  };
}
type Subscriber = Awaited<ReturnType<typeof subscribed>>;

interface End {
  readonly more?: Sold;
  /** Up to the end, and what is shown of it then. */
  readonly before: (ada: Subscriber) => Promise<{ lines: unknown[] }>;
  readonly ends: (ada: Subscriber) => Promise<unknown>;
  /** Nothing is billed. */
  readonly isFree?: true;
}

const declined = (ada: Subscriber) => ada.cardAnswers('insufficient_funds');
const revokes = (ada: Subscriber) => ada.patch({ revoke: true });

const ENDS: Readonly<Record<string, End>> = {
  'called off': {
    before: (ada) => ada.endPreview(),
    async ends(ada) {
      await ada.patch({ cancel_at_period_end: true });
      await ada.lives('2027-05-01');
    },
  },
  'called off, as its next charge': {
    async before(ada) {
      await ada.patch({ cancel_at_period_end: true });
      return ada.preview();
    },
    ends: (ada) => ada.lives('2027-05-01'),
  },
  revoked: { before: (ada) => ada.endPreview({ revoke: true }), ends: revokes },
  'revoked when its period was over and nobody had renewed it': {
    more: { customer: { test_clock_id: undefined } },
    async before(ada) {
      await overAnHourAgo(ada);
      return ada.endPreview({ revoke: true });
    },
    ends: revokes,
  },
  'revoked past due, after its period': {
    more: { customer: { test_clock_id: undefined } },
    async before(ada) {
      await ada.execute(`update subscriptions set status = 'past_due' where id = ?::uuid`, ada.id);
      await overAnHourAgo(ada);
      return ada.endPreview({ revoke: true });
    },
    ends: revokes,
  },
  'called off past due': {
    more: { product: { recurring_interval: 'week' } },
    async before(ada) {
      await declined(ada);
      await ada.lives('2027-04-08');
      await ada.uses(50_001);
      await ada.patch({ cancel_at_period_end: true });
      expect(await ada.preview()).toMatchObject({ total_amount: (await ada.endPreview()).total_amount });
      return ada.endPreview();
    },
    ends: (ada) => ada.lives('2027-04-15'),
  },
  'given up': {
    async before(ada) {
      await declined(ada);
      await ada.lives('2027-05-01');
      await ada.uses(50_001);
      await ada.lives('2027-05-21');
      return ada.endPreview({ revoke: true });
    },
    ends: (ada) => ada.lives('2027-05-23'),
  },
  'called off while paused': {
    async before(ada) {
      await ada.patch({ pause_at_period_end: true });
      await ada.lives('2027-05-02');
      await ada.uses(50_001);
      return ada.endPreview();
    },
    ends: (ada) => ada.patch({ cancel_at_period_end: true }),
  },
  'called off in its trial': {
    more: { product: { trial_interval: 'day', trial_interval_count: 14 } },
    before: (ada) => ada.endPreview(),
    async ends(ada) {
      await ada.patch({ cancel_at_period_end: true });
      await ada.lives('2027-04-16');
    },
    isFree: true,
  },
};

/** As it stands where its worker was away, or its renewal waits for what is unpaid; and more has come in since. */
async function overAnHourAgo(ada: Subscriber): Promise<void> {
  const over = `update usage_accounts set period_end = clock_timestamp() - interval '1 hour' where meter_id = ?::uuid`;
  await ada.execute(over, ada.meter.id);
  await ada.uses(33_333);
  await ada.uses(50_001);
}

const sums = ({ lines, items, ...of }: Record<string, unknown>) => ({
  lines: ((lines ?? items) as Record<string, unknown>[]).map((line) => [
    line['label'],
    line['amount'],
    line['proration'],
  ]),
  ...Object.fromEntries(
    ['subtotal_amount', 'discount_amount', 'net_amount', 'tax_amount', 'total_amount', 'applied_balance_amount'].map(
      (name) => [name, of[name]],
    ),
  ),
});

const ALL = Object.entries(ENDS).flatMap(([end, how]) =>
  Object.entries(SHAPES).map(([shape, of]) => ({ end, shape, how, of })),
);

it.each(ALL)('$end, $shape', async ({ how, of }) => {
  const ada = await subscribed(of, how.more);
  const preview = await how.before(ada);
  const earlier = (await ada.orders()).length;
  await how.ends(ada);
  expect(await ada.shown()).toMatchObject({ status: 'canceled' });
  const orders = await ada.orders();
  if (how.isFree) {
    expect([preview.lines, orders.length]).toEqual([[], earlier]);
    return;
  }
  expect(orders).toHaveLength(earlier + 1);
  expect(sums({ ...orders.at(-1) })).toEqual(sums({ ...preview }));
  expect(preview).toMatchObject({ lines: [{ amount: expect.any(Number) }] });
  expect(await ada.disagreements()).toEqual([]);
});

it('given up, with a balance that the unpaid order held', async () => {
  const ada = await subscribed({ sold: { unitAmount: '0.02137' } });
  await ada.make(`/v1/customers/${ada.customer.id}/balances`, {
    currency: 'usd',
    amount: 2000,
    reason: 'A gift',
    idempotency_key: 'gift',
  });
  await declined(ada);
  await ada.lives('2027-05-01');
  await ada.uses(50_001);
  await ada.lives('2027-05-21');
  const preview = await ada.endPreview({ revoke: true });
  expect(preview).toMatchObject({ total_amount: 1069, applied_balance_amount: -1069, due_amount: 0 });
  await ada.lives('2027-05-23');
  expect(sums({ ...(await ada.orders()).at(-1) })).toEqual(sums(preview));
  expect(await ada.disagreements()).toEqual([]);
});
