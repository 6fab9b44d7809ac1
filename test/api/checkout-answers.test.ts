/** What opening a checkout answers with is what is then read of it, whatever it sells; and it asks the database little. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { createCheckout } from '../../api/checkouts/create.ts';
import { WebhookEvent } from '../../db/entities/webhook.ts';
import { CheckoutCreate } from '../../schemas/checkout.ts';
import { type Running, startRunning } from './running.ts';

let running: Running;
let token: string;

beforeAll(async () => {
  running = await startRunning();
  ({ token } = await running.aMerchant());
});
afterAll(() => running?.close());

const make = (path: string, body: unknown) => running.made(token, 'POST', path, body);
const fixed = { amount_type: 'fixed', price_amount: 2000, price_currency: 'usd' };

async function everything() {
  const meter = await make('/v1/meters/', {
    ...{ name: 'Calls', filter: { conjunction: 'and', clauses: [] }, aggregation: { func: 'count' } },
  });
  const metered = { amount_type: 'metered_unit', price_currency: 'usd', meter_id: meter.id, unit_amount: 5 };
  const seats = { amount_type: 'seat_based', price_currency: 'usd', seat_tiers: { tiers: [SEATS] } };
  const custom = { amount_type: 'custom', price_currency: 'usd', minimum_amount: 500, preset_amount: 700 };
  const monthly = { recurring_interval: 'month' };
  const product = (name: string, prices: object[], more: object = {}) =>
    make('/v1/products/', { name, prices, ...more });
  const field = await make('/v1/custom-fields/', { type: 'text', slug: 'ref', name: 'Reference', properties: {} });
  const products = {
    book: await product('Book', [fixed, { ...fixed, price_amount: 1800, price_currency: 'eur' }], {
      attached_custom_fields: [{ custom_field_id: field.id, required: false }],
    }),
    plan: await product('Plan', [fixed, metered], { ...monthly, trial_interval: 'day', trial_interval_count: 14 }),
    usage: await product('Usage', [metered], monthly),
    team: await product('Team', [seats], monthly),
    gift: await product('Gift', [custom]),
    free: await product('Free', [{ amount_type: 'free', price_currency: 'usd' }], monthly),
  };
  const benefits = await Promise.all(
    ['public', 'private'].map((visibility) =>
      make('/v1/benefits/', { type: 'custom', description: visibility, properties: { note: null }, visibility }),
    ),
  );
  await make(`/v1/products/${products.plan.id}/benefits`, { benefits: benefits.map(({ id }) => id) });
  const customer = await make('/v1/customers/', {
    ...{ email: `ada-${randomUUID()}@example.com`, external_id: randomUUID(), name: 'Ada' },
    billing_address: { country: 'DE', city: 'Berlin', line1: 'Ahorn 1', postal_code: '10115' },
  });
  const gift = { currency: 'usd', amount: 700, reason: 'Thanks', idempotency_key: randomUUID() };
  await make(`/v1/customers/${customer.id}/balances`, gift);
  const discount = await make('/v1/discounts/', {
    ...{ name: 'Half', type: 'percentage', basis_points: 5000, duration: 'once', products: [products.book.id] },
  });
  return { products, customer, discount, metered };
}

interface Listed {
  readonly amount: number;
  readonly product_price: { readonly price_amount: number };
  readonly prices: Readonly<Record<string, readonly { readonly price_amount: number }[]>>;
}

const SEATS = { min_seats: 1, max_seats: null, price_per_seat: 700 };

it('answers with what is read of it afterwards, and tells the same', async () => {
  const url = 'https://shop.example/hook';
  const { id: endpoint } = await make('/v1/webhooks/endpoints', { url, format: 'raw', events: ['checkout.created'] });
  const { products, customer, discount, metered } = await everything();
  const { book, plan, usage, team, gift, free } = products;
  const kinds: Record<string, object> = {
    'sold once': { products: [book.id], metadata: { zebra: 1, ant: 'b' }, custom_field_data: { ref: 'F-1' } },
    'with a trial, a metered price and benefits': { products: [plan.id] },
    'without its trial': { products: [plan.id], allow_trial: false },
    'by use alone': { products: [usage.id] },
    'by seats': { products: [team.id], seats: 4, min_seats: 2, max_seats: 9 },
    'at the buyer’s price': { products: [gift.id], amount: 900 },
    free: { products: [free.id] },
    'several, in the merchant’s order': { products: [team.id, book.id, plan.id] },
    'in the buyer’s currency': { products: [book.id], customer_billing_address: { country: 'DE' } },
    'with a discount': { products: [book.id, plan.id], discount_id: discount.id },
    'to a customer with a balance': { products: [book.id], currency: 'usd', customer_id: customer.id },
    'to one by their own id': { products: [book.id], external_customer_id: customer.external_id },
    'to somebody new': { products: [book.id], customer_email: 'new@example.com', customer_metadata: { b: 1, a: 2 } },
    'at prices of its own': {
      products: [plan.id, book.id],
      prices: {
        [plan.id]: [
          { ...fixed, price_amount: 300 },
          { ...metered, unit_amount: 7 },
        ],
      },
    },
    'in a frame, of a language': { products: [book.id], embed_origin: 'https://shop.example', locale: 'de' },
  };
  for (const [kind, body] of Object.entries(kinds)) {
    const { trial_end: ends, ...answered } = await make('/v1/checkouts/', body);
    const { trial_end, ...read } = await running.made(token, 'GET', `/v1/checkouts/${answered.id}`);
    expect([kind, answered]).toEqual([kind, read]);
    expect(trial_end === null).toBe(ends === null);
    const events = await running.orm.em.fork().find(WebhookEvent, { endpoint });
    const told = events.map(({ payload }) => JSON.parse(payload ?? '{}').data).find(({ id }) => id === answered.id);
    expect([kind, told]).toEqual([kind, { ...answered, trial_end: ends }]);
  }
  const empty = await running.call(token, 'POST', '/v1/checkouts/', { products: [randomUUID()] });
  expect(empty).toMatchObject({ status: 422, body: { detail: [{ loc: ['body', 'products', 0] }] } });
});

it('shows what it sells alone: prices that other checkouts have for themselves are theirs', async () => {
  const product = await make('/v1/products/', { name: 'Book', prices: [fixed] });
  const own = { prices: { [product.id]: [{ ...fixed, price_amount: 300 }] } };
  expect(await make('/v1/checkouts/', { products: [product.id], ...own })).toMatchObject({ amount: 300 });
  const { amount, prices } = await make('/v1/checkouts/', { products: [product.id] });
  expect([amount, prices[product.id].length]).toEqual([2000, 1]);
  await make('/v1/checkouts/', { products: [product.id], prices: { [product.id]: [{ ...fixed, price_amount: 500 }] } });
  const { items } = await running.made(token, 'GET', `/v1/checkouts/?product_id=${product.id}`);
  const listed = items.map((each: Listed) => [
    each.amount,
    each.product_price.price_amount,
    each.prices[product.id]?.[0]?.price_amount,
  ]);
  expect(listed.sort(([a]: number[], [b]: number[]) => (a ?? 0) - (b ?? 0))).toEqual([
    [300, 300, 300],
    [500, 500, 500],
    [2000, 2000, 2000],
  ]);
});

/** The statements that `work` sends, and nobody else meanwhile. */
async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  const mine = new AsyncLocalStorage<string[]>();
  const query = pg.Client.prototype.query;
  pg.Client.prototype.query = function (this: pg.Client, ...given: unknown[]) {
    const [first] = given;
    const text = typeof first === 'string' ? first : ((first as { text?: string } | undefined)?.text ?? '');
    mine.getStore()?.push(text.slice(0, 400));
    return Reflect.apply(query, this, given);
  };
  const statements: string[] = [];
  try {
    await mine.run(statements, work);
  } finally {
    pg.Client.prototype.query = query;
  }
  return statements;
}

it('takes eight statements, with begin and commit', async () => {
  const merchant = await running.aMerchant();
  const plan = { name: 'Plan', recurring_interval: 'month', prices: [fixed] };
  const product = await running.made(merchant.token, 'POST', '/v1/products/', plan);
  const body = CheckoutCreate.parse({ products: [product.id] });
  const open = () => createCheckout(running.orm.em.fork(), running.services, merchant.organization.id, body);
  const statements = await statementsOf(open);
  expect({ count: statements.length, statements }).toMatchObject({ count: 8 });
});
