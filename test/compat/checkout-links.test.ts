/** Checkout links and custom fields, asked for by the peer's published SDK, whose own schemas judge the answers. */
import { randomUUID } from 'node:crypto';
import { Polar } from '@polar-sh/sdk';
import { type Running, startRunning } from '../api/running.ts';

let running: Running;
let polar: Polar;
let token: string;

beforeAll(async () => {
  running = await startRunning();
  ({ token } = await running.aMerchant());
  polar = new Polar({ accessToken: token, serverURL: running.api });
});
afterAll(() => running.close());

async function items<T>(pages: Promise<AsyncIterable<{ result: { items: T[] } }>>): Promise<T[]> {
  for await (const page of await pages) return page.result.items;
  return [];
}
const ids = (rows: readonly { id: string }[]) => rows.map(({ id }) => id);
const aSlug = () => `field-${randomUUID().slice(0, 8)}`;
const prices = [{ amountType: 'fixed' as const, priceAmount: 2000, priceCurrency: 'usd' as const }];
const aProduct = (more: object = {}) =>
  polar.products.create({ name: 'Fern Pro', recurringInterval: 'month', prices, ...more });

it('links are created in each form, listed, changed and deleted', async () => {
  const product = await aProduct();
  const discount = await polar.discounts.create({
    ...{ name: 'Half off', type: 'percentage', basisPoints: 5000, duration: 'once' as const },
  });
  const all = [
    await polar.checkoutLinks.create({
      ...{ paymentProcessor: 'stripe', products: [product.id], label: 'Footer', discountId: discount.id },
      ...{ successUrl: 'https://example.com/?id={CHECKOUT_ID}', metadata: { from: 'footer' } },
      ...{ trialInterval: 'week', trialIntervalCount: 1 },
    }),
    await polar.checkoutLinks.create({ paymentProcessor: 'stripe', productId: product.id }),
    await polar.checkoutLinks.create({ paymentProcessor: 'stripe', productPriceId: product.prices[0]?.id ?? '' }),
  ];
  const [first] = all;
  expect(first).toMatchObject({ label: 'Footer', discount: { id: discount.id }, trialInterval: 'week' });
  const listed = await items(polar.checkoutLinks.list({ productId: product.id, sorting: ['created_at'] }));
  expect(ids(listed)).toEqual(ids(all));
  const id = first?.id ?? '';
  const changed = await polar.checkoutLinks.update({ id, checkoutLinkUpdate: { label: 'Header', discountId: null } });
  expect([changed.label, changed.discountId]).toEqual(['Header', null]);
  expect((await polar.checkoutLinks.get({ id })).label).toBe('Header');
  await polar.checkoutLinks.delete({ id });
  await expect(polar.checkoutLinks.get({ id })).rejects.toMatchObject({ statusCode: 404 });
});

it('custom fields of each type are created, listed, changed and deleted', async () => {
  const all = [
    await polar.customFields.create({
      ...{ type: 'text', slug: aSlug(), name: 'Text', properties: { textarea: true, maxLength: 100 } },
    }),
    await polar.customFields.create({ type: 'number', slug: aSlug(), name: 'Number', properties: { ge: 1, le: 9 } }),
    await polar.customFields.create({ type: 'date', slug: aSlug(), name: 'Date', properties: { ge: 1_700_000_000 } }),
    await polar.customFields.create({
      ...{ type: 'checkbox', slug: aSlug(), name: 'Box', properties: { formLabel: 'Agreed' } },
    }),
    await polar.customFields.create({
      ...{ type: 'select', slug: aSlug(), name: 'Size', properties: { options: [{ value: 's', label: 'Small' }] } },
    }),
  ];
  expect(ids(await items(polar.customFields.list({ sorting: ['created_at'] })))).toEqual(ids(all));
  expect(ids(await items(polar.customFields.list({ typeFilter: 'select' })))).toEqual([all[4]?.id]);
  const id = all[0]?.id ?? '';
  const changed = await polar.customFields.update({ id, customFieldUpdate: { type: 'text', name: 'Note' } });
  expect([changed.name, (await polar.customFields.get({ id })).name]).toEqual(['Note', 'Note']);

  const product = await aProduct({
    attachedCustomFields: all.map((field) => ({ customFieldId: field.id, required: field.type === 'date' })),
  });
  expect(product.attachedCustomFields.map(({ order, customField }) => [order, customField.type])).toEqual([
    ...[
      [0, 'text'],
      [1, 'number'],
      [2, 'date'],
      [3, 'checkbox'],
      [4, 'select'],
    ],
  ]);
  const kept = await polar.products.update({
    ...{ id: product.id, productUpdate: { attachedCustomFields: [{ customFieldId: id, required: true }] } },
  });
  expect(kept.attachedCustomFields).toHaveLength(1);
  await polar.customFields.delete({ id });
  await expect(polar.customFields.get({ id })).rejects.toMatchObject({ statusCode: 404 });
  expect((await polar.products.get({ id: product.id })).attachedCustomFields).toEqual([]);
});

it('what buyers enter is shown on checkout, order and subscription', async () => {
  const [day, count] = [aSlug(), aSlug()];
  const fields = [
    await polar.customFields.create({ type: 'date', slug: day, name: 'Since', properties: {} }),
    await polar.customFields.create({ type: 'number', slug: count, name: 'How many', properties: {} }),
  ];
  const product = await aProduct({
    attachedCustomFields: fields.map(({ id }) => ({ customFieldId: id, required: true })),
  });
  const checkout = await polar.checkouts.create({
    ...{ products: [product.id], customerEmail: `ada-${randomUUID()}@example.com` },
    customFieldData: { [day]: new Date('2027-01-31T00:00:00Z') },
  });
  expect(checkout.attachedCustomFields?.map(({ required }) => required)).toEqual([true, true]);
  const { clientSecret } = checkout;
  const seen = await polar.checkouts.clientUpdate({
    ...{ clientSecret, checkoutUpdatePublic: { customFieldData: { [day]: '2027-01-31', [count]: 3 } } },
  });
  const data = { [day]: '2027-01-31', [count]: 3 };
  expect(seen.customFieldData).toEqual(data);
  await polar.checkouts.clientConfirm({
    ...{ clientSecret, checkoutConfirmStripe: { confirmationTokenId: await running.aCard() } },
  });
  const [order] = await items(polar.orders.list({ checkoutId: checkout.id }));
  const { subscriptionId } = await polar.checkouts.get({ id: checkout.id });
  const subscription = await polar.subscriptions.get({ id: subscriptionId ?? '' });
  expect([order?.customFieldData, subscription.customFieldData]).toEqual([data, data]);
});
