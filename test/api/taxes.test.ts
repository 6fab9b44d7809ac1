/** Taxes of checkouts, drafts and subscriptions: shown, charged, on orders, in the books, and told to their provider. */
import { Order } from '../../db/entities/order.ts';
import { SWEEP, startSweep } from '../../worker/sweep.ts';
import { lines, sums } from './changing.ts';
import { eventually } from './everything.ts';
import { type Running, startRunning } from './running.ts';
import { aTaxedShop, aTaxedSubscription, LONDON, Taxes } from './taxing.ts';

let running: Running;
const taxes = new Taxes();

beforeAll(async () => {
  running = await startRunning({ taxes });
});
afterEach(() => {
  taxes.away = 0;
});
afterAll(() => running?.close());

const shown = ({ tax_amount, tax_behavior, net_amount, total_amount }: Record<string, unknown>) => ({
  ...{ tax_amount, tax_behavior, net_amount, total_amount },
});

describe('a checkout', () => {
  it('shows no tax before it knows where the buyer is, then shows and charges it', async () => {
    const shop = await aTaxedShop(running);
    const { id } = await shop.product(1200);
    const checkout = await shop.make('/v1/checkouts/', { products: [id], customer_email: 'ada@example.com' });
    expect(shown(checkout)).toEqual({
      ...{ tax_amount: null, tax_behavior: 'inclusive', net_amount: 1200, total_amount: 1200 },
    });
    expect((await shop.pay(checkout.client_secret)).body).toMatchObject({
      detail: [{ loc: ['body', 'customer_billing_address', 'country'] }],
    });
    const placed = await shop.edit(checkout.client_secret, { customer_billing_address: LONDON });
    expect(shown(placed.body)).toEqual({
      ...{ tax_amount: 200, tax_behavior: 'inclusive', net_amount: 1200, total_amount: 1200 },
    });
    expect((await shop.pay(checkout.client_secret)).status).toBe(200);
    const [order] = await shop.orders();
    expect(order).toMatchObject({ net_amount: 1200, tax_amount: 200, total_amount: 1200, due_amount: 0 });
    expect(order).toMatchObject({ refundable_amount: 1000, refundable_tax_amount: 200 });
    expect(order.items).toMatchObject([{ amount: 1200, tax_amount: 200 }]);
    expect(await shop.row(order.id)).toMatchObject({
      taxBehavior: 'inclusive',
      taxRates: [{ country: 'GB', name: 'VAT', millionths: 200_000, amount: 200, behavior: 'inclusive' }],
      taxEvidence: { billing: 'GB', card: 'US' },
    });
    expect(await shop.owed()).toBe(200);
    expect(await shop.disagreements()).toEqual([]);
  });

  it('asks nobody where they are for what costs nothing', async () => {
    const shop = await aTaxedShop(running);
    const { id } = await shop.product(0);
    const checkout = await shop.make('/v1/checkouts/', { products: [id], customer_email: 'ada@example.com' });
    expect(shown(checkout)).toMatchObject({ tax_amount: 0, total_amount: 0 });
    const free = { customer_email: 'ada@example.com' };
    const path = `/v1/checkouts/client/${checkout.client_secret}/confirm`;
    expect((await running.call(null, 'POST', path, free)).status).toBe(200);
    expect(await shop.orders()).toMatchObject([{ status: 'paid', total_amount: 0, tax_amount: 0 }]);
  });

  it('adds the tax to prices without it, and takes the fee on all of it', async () => {
    const shop = await aTaxedShop(running);
    const { id } = await shop.product(1000, {}, { tax_behavior: 'exclusive' });
    const more = { customer_email: 'ada@example.com', customer_billing_address: LONDON };
    const checkout = await shop.make('/v1/checkouts/', { products: [id], ...more });
    expect(shown(checkout)).toEqual({
      ...{ tax_amount: 200, tax_behavior: 'exclusive', net_amount: 1000, total_amount: 1200 },
    });
    expect((await shop.pay(checkout.client_secret)).status).toBe(200);
    const [order] = await shop.orders();
    expect(order).toMatchObject({ net_amount: 1000, tax_amount: 200, total_amount: 1200 });
    // 5 % + 50¢, and 1.5 % for a card from another country.
    expect(order.platform_fee_amount).toBe(128);
    expect(await shop.disagreements()).toEqual([]);
  });

  it('charges nobody another total than they were shown', async () => {
    const shop = await aTaxedShop(running);
    const { id } = await shop.product(1000, {}, { tax_behavior: 'exclusive' });
    const checkout = await shop.make('/v1/checkouts/', { products: [id], customer_email: 'ada@example.com' });
    const surprised = await shop.pay(checkout.client_secret, { customer_billing_address: LONDON });
    const detail = [{ loc: ['body', 'customer_billing_address'], type: 'total_changed' }];
    expect(surprised).toMatchObject({ status: 422, body: { detail } });
    expect(await shop.orders()).toEqual([]);
    const now = await shop.get(`/v1/checkouts/${checkout.id}`);
    expect(now).toMatchObject({ status: 'open', tax_amount: 200, total_amount: 1200 });
    expect((await shop.pay(checkout.client_secret, { customer_billing_address: LONDON })).status).toBe(200);
    expect(await shop.orders()).toMatchObject([{ total_amount: 1200 }]);
  });

  it('is refused while whoever knows the taxes is away, and nothing is charged', async () => {
    const shop = await aTaxedShop(running);
    const { id } = await shop.product(1200);
    const more = { customer_email: 'ada@example.com', customer_billing_address: LONDON };
    const { client_secret } = await shop.make('/v1/checkouts/', { products: [id], ...more });
    taxes.away = 1;
    const answer = await running.call(shop.token, 'POST', '/v1/checkouts/', { products: [id], ...more });
    expect(answer).toMatchObject({ status: 503, body: { error: 'ServiceUnavailable' } });
    taxes.away = 1;
    expect(await shop.pay(client_secret)).toMatchObject({ status: 503 });
    expect(await shop.orders()).toEqual([]);
    expect((await shop.pay(client_secret)).status).toBe(200);
    expect(await shop.orders()).toHaveLength(1);
  });

  it('asks for the state where states have taxes of their own and the shop collects them', async () => {
    const shop = await aTaxedShop(running, ['US-NY']);
    const { id } = await shop.product(1000);
    const more = { customer_email: 'ada@example.com', customer_billing_address: { country: 'US' } };
    const checkout = await shop.make('/v1/checkouts/', { products: [id], ...more });
    expect(shown(checkout)).toMatchObject({ tax_amount: null, tax_behavior: 'exclusive' });
    expect(checkout.billing_address_fields).toMatchObject({ state: 'required', postal_code: 'required' });
    const { body } = await shop.edit(checkout.client_secret, {
      customer_billing_address: { country: 'US', state: 'NY', postal_code: '10001' },
    });
    expect(shown(body)).toMatchObject({ tax_amount: 40, total_amount: 1040 });
  });

  it('with a trial takes nothing and owes nothing; the first charge is taxed', async () => {
    const shop = await aTaxedShop(running);
    const product = await shop.monthly(1200, { trial_interval: 'day', trial_interval_count: 14 });
    const life = await aTaxedSubscription(running, shop, product);
    expect(await life.orders()).toMatchObject([{ tax_amount: 0, total_amount: 0 }]);
    await life.livesUntil('2027-04-16T00:00:00.000Z');
    expect(await life.orders()).toMatchObject([{ total_amount: 0 }, { tax_amount: 200, total_amount: 1200 }]);
    expect(await shop.disagreements()).toEqual([]);
  });
});

it('a shop that collects nowhere taxes nothing, and asks nobody where they are', async () => {
  const shop = await aTaxedShop(running, []);
  const { id } = await shop.product(1200);
  const checkout = await shop.make('/v1/checkouts/', { products: [id], customer_email: 'ada@example.com' });
  expect(shown(checkout)).toEqual({
    ...{ tax_amount: 0, tax_behavior: 'inclusive', net_amount: 1200, total_amount: 1200 },
  });
  expect((await shop.pay(checkout.client_secret)).status).toBe(200);
  expect(await shop.owed()).toBe(0);
});

describe('a subscription', () => {
  it('renews with the taxes of where its customer then is, as previewed', async () => {
    const shop = await aTaxedShop(running);
    const product = await shop.monthly(1000, {}, { tax_behavior: 'exclusive' });
    const life = await aTaxedSubscription(running, shop, product);
    expect(await life.orders()).toMatchObject([{ total_amount: 1200 }]);
    const next = await life.nextCharge();
    expect(next).toMatchObject({ tax_amount: 200, total_amount: 1200, due_amount: 1200 });
    await life.livesUntil('2027-05-02T00:00:00.000Z');
    expect(sums((await life.orders())[1])).toEqual(sums(next));
    await running.made(shop.token, 'PATCH', `/v1/customers/${life.customer.id}`, {
      billing_address: { country: 'DE' },
    });
    await life.livesUntil('2027-06-02T00:00:00.000Z');
    const [, , third] = await life.orders();
    expect(third).toMatchObject({ tax_amount: 190, total_amount: 1190 });
    expect(await shop.owed()).toBe(590);
    expect(await shop.disagreements()).toEqual([]);
  });

  it('changes its plan by an order with taxes and discount, as previewed; credits give their tax back', async () => {
    const shop = await aTaxedShop(running);
    const [lite, pro] = [await shop.monthly(1200), await shop.monthly(3600, { name: 'Fern Max' })];
    const discount = await shop.make('/v1/discounts/', {
      ...{ name: 'A third off', type: 'percentage', basis_points: 3333, duration: 'forever' },
    });
    const life = await aTaxedSubscription(running, shop, lite, { checkout: { discount_id: discount.id } });
    expect(await life.orders()).toMatchObject([{ discount_amount: 400, net_amount: 800, tax_amount: 133 }]);
    await life.livesUntil('2027-04-11T00:00:00.000Z');
    const upgrade = { product_id: pro.id, proration_behavior: 'invoice' };
    const preview = await life.preview(upgrade);
    await life.change(upgrade);
    const [, up] = await life.orders();
    expect(sums(up)).toEqual(sums(preview));
    expect(lines(up.items)).toEqual(lines(preview.lines));
    expect(up).toMatchObject({ net_amount: 1067, tax_amount: 178, total_amount: 1067, status: 'paid' });
    expect(up.items.map(({ tax_amount }: { tax_amount: number }) => tax_amount)).toEqual([-89, 267]);
    await life.livesUntil('2027-04-21T00:00:00.000Z');
    await life.change({ product_id: lite.id, proration_behavior: 'invoice' });
    const [, , down] = await life.orders();
    expect(down).toMatchObject({ net_amount: -533, tax_amount: -89, total_amount: -533, status: 'paid' });
    expect(await shop.owed()).toBe(133 + 178 - 89);
    const next = await life.nextCharge();
    expect(next).toMatchObject({ total_amount: 800, applied_balance_amount: -533, due_amount: 267 });
    await life.livesUntil('2027-05-02T00:00:00.000Z');
    expect(sums((await life.orders())[3])).toEqual(sums(next));
    expect(await shop.disagreements()).toEqual([]);
  });

  it('taxes what waits for the next order with that order', async () => {
    const shop = await aTaxedShop(running);
    const exclusive = { tax_behavior: 'exclusive' };
    const [lite, pro] = [
      await shop.monthly(500, {}, exclusive),
      await shop.monthly(2000, { name: 'Fern Max' }, exclusive),
    ];
    const life = await aTaxedSubscription(running, shop, lite);
    await life.livesUntil('2027-04-02T00:00:00.000Z');
    await life.change({ product_id: pro.id, proration_behavior: 'prorate' });
    const next = await life.nextCharge();
    expect(next).toMatchObject({ net_amount: 3450, tax_amount: 690, total_amount: 4140 });
    await life.livesUntil('2027-05-02T00:00:00.000Z');
    const [, second] = await life.orders();
    expect(sums(second)).toEqual(sums(next));
    expect(await shop.disagreements()).toEqual([]);
  });

  it('waits for its renewal while whoever knows the taxes is away, and is charged once', async () => {
    const shop = await aTaxedShop(running);
    const life = await aTaxedSubscription(running, shop, await shop.monthly(1200));
    taxes.away = 3;
    await life.livesUntil('2027-05-02T00:00:00.000Z');
    expect(taxes.away).toBe(0);
    expect(await life.orders()).toMatchObject([
      { tax_amount: 200, status: 'paid' },
      { tax_amount: 200, status: 'paid' },
    ]);
    expect(await shop.disagreements()).toEqual([]);
  });

  it('of a business in another country of the Union has its charge reversed', async () => {
    const shop = await aTaxedShop(running);
    const address = { country: 'FR', line1: '1 rue Exemple', city: 'Paris', postal_code: '75001' };
    const french = { billing_address: address, tax_id: 'FR40303265045' };
    const life = await aTaxedSubscription(running, shop, await shop.monthly(1200), {
      customer: french,
      checkout: { customer_billing_name: 'Exemple SARL' },
    });
    await life.livesUntil('2027-05-02T00:00:00.000Z');
    const orders = await life.orders();
    const last = await shop.row(orders.at(-1).id);
    expect(last).toMatchObject({
      ...{ taxAmount: 0, totalAmount: 1200, customerTaxId: ['FR40303265045', 'eu_vat'] },
      taxRates: [{ country: 'FR', reason: 'reverse_charge', amount: 0 }],
    });
    expect(orders).toMatchObject([{ tax_amount: 0 }, { tax_amount: 0 }]);
  });
});

describe('a draft', () => {
  it('is taxed where its customer is, and again where its address is given later', async () => {
    const shop = await aTaxedShop(running);
    const { id } = await shop.product(1000, {}, { tax_behavior: 'exclusive' });
    const customer = await shop.customer();
    const draft = await shop.make('/v1/orders/', { customer_id: customer.id, product_id: id });
    expect(draft).toMatchObject({ status: 'draft', net_amount: 1000, tax_amount: 200, total_amount: 1200 });
    const nobody = await shop.customer({ billing_address: null });
    const nowhere = await shop.make('/v1/orders/', { customer_id: nobody.id, product_id: id });
    expect(nowhere).toMatchObject({ tax_amount: 0, total_amount: 1000 });
    const edited = await running.made(shop.token, 'PATCH', `/v1/orders/${nowhere.id}`, {
      billing_address: { country: 'DE' },
    });
    expect(edited).toMatchObject({ tax_amount: 190, total_amount: 1190 });
    expect(edited.items).toMatchObject([{ amount: 1000, tax_amount: 190 }]);
    expect(await shop.owed()).toBe(0);
    expect(await shop.disagreements()).toEqual([]);
  });
});

it('tells the provider of each paid order once, also where it was away', async () => {
  const shop = await aTaxedShop(running);
  const { id } = await shop.product(1200);
  const more = { customer_email: 'ada@example.com', customer_billing_address: LONDON };
  const { client_secret } = await shop.make('/v1/checkouts/', { products: [id], ...more });
  expect((await shop.pay(client_secret)).status).toBe(200);
  const [order] = await shop.orders();
  const row = await eventually(async () => {
    const found = await shop.row(order.id);
    return found.taxRecordId ? found : undefined;
  });
  expect(row.taxRecordId).toBe(`tax_${row.taxCalculationId}`);
  expect(taxes.recorded.filter((recorded) => recorded === row.taxCalculationId)).toHaveLength(1);
});

it('tells the provider again where it is not known whether it heard', async () => {
  const shop = await aTaxedShop(running);
  const { id } = await shop.product(1200);
  const more = { customer_email: 'ada@example.com', customer_billing_address: LONDON };
  const { client_secret } = await shop.make('/v1/checkouts/', { products: [id], ...more });
  expect((await shop.pay(client_secret)).status).toBe(200);
  const [order] = await shop.orders();
  const recordOf = async () => (await shop.row(order.id)).taxRecordId ?? undefined;
  const recorded = await eventually(recordOf);
  // As if the process had been lost between the provider's answer and the row.
  await running.orm.em.fork().nativeUpdate(Order, { id: order.id }, { taxRecordId: null });
  await startSweep(running.temporal);
  expect(await eventually(recordOf)).toBe(recorded);
  await running.temporal.workflow.getHandle(SWEEP).terminate('the test is over');
});
