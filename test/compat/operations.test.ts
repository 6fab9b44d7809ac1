/** Every operation that we answer, asked by the peer's published SDK, whose own schemas judge the answers. */
import { randomUUID } from 'node:crypto';
import { Polar } from '@polar-sh/sdk';
import { eventually } from '../api/everything.ts';
import { type Running, startRunning } from '../api/running.ts';

let running: Running;
let polar: Polar;
let organizationId: string;
let token: string;

beforeAll(async () => {
  running = await startRunning();
  const merchant = await running.aMerchant();
  organizationId = merchant.organization.id;
  token = merchant.token;
  polar = new Polar({ accessToken: token, serverURL: running.api });
});
afterAll(() => running.close());

const usd = (priceAmount: number) => [{ amountType: 'fixed' as const, priceAmount, priceCurrency: 'usd' as const }];
const anEmail = () => `ada-${randomUUID()}@example.com`;
const monthly = (name: string, price = 2000) =>
  polar.products.create({ name, recurringInterval: 'month', prices: usd(price) });

/** A list's first page. */
async function items<T>(pages: Promise<AsyncIterable<{ result: { items: T[] } }>>): Promise<T[]> {
  for await (const page of await pages) return page.result.items;
  return [];
}

async function bought(price = 2000, card = 'pm_card_visa') {
  const benefit = await polar.benefits.create({ type: 'license_keys', description: 'A key', properties: {} });
  const product = await monthly('Fern Pro', price);
  await polar.products.updateBenefits({ id: product.id, productBenefitsUpdate: { benefits: [benefit.id] } });
  const customer = await polar.customers.create({ email: anEmail(), externalId: randomUUID() });
  const checkout = await polar.checkouts.create({ products: [product.id], customerId: customer.id });
  await polar.checkouts.clientConfirm({
    clientSecret: checkout.clientSecret,
    checkoutConfirmStripe: { confirmationTokenId: await running.aCard(card) },
  });
  const [subscription] = await items(polar.subscriptions.list({ customerId: customer.id }));
  if (subscription === undefined) throw new Error('nothing was bought');
  return { benefit, product, customer, checkout, subscription };
}

it('organizations', async () => {
  expect((await polar.organizations.get({ id: organizationId })).slug).toMatch(/^shop-/);
  const changed = await polar.organizations.update({ id: organizationId, organizationUpdate: { name: 'Fernwood' } });
  expect(changed.name).toBe('Fernwood');
});

it('products', async () => {
  const product = await monthly('Fern Lite', 500);
  expect(product.prices).toHaveLength(1);
  const [price] = product.prices;
  const dearer = await polar.products.update({ id: product.id, productUpdate: { name: 'Fern', prices: usd(700) } });
  expect(dearer.prices).toHaveLength(1);
  expect(dearer.prices[0]?.id).not.toBe(price?.id);
  expect((await polar.products.get({ id: product.id })).name).toBe('Fern');
  await polar.products.update({ id: product.id, productUpdate: { isArchived: true } });
  const archived = await items(polar.products.list({ isArchived: true, sorting: ['-created_at'] }));
  expect(archived.map(({ id }) => id)).toContain(product.id);
  const once = await polar.products.create({ name: 'Fern Icons', prices: usd(3900), metadata: { kind: 'icons' } });
  expect(once.isRecurring).toBe(false);
  expect((await items(polar.products.list({ metadata: { kind: 'icons' } }))).map(({ id }) => id)).toEqual([once.id]);
  await expect(polar.products.get({ id: randomUUID() })).rejects.toMatchObject({ statusCode: 404 });
});

it('benefits', async () => {
  const benefit = await polar.benefits.create({ type: 'custom', description: 'A note', properties: { note: 'Hello' } });
  expect((await polar.benefits.get({ id: benefit.id })).description).toBe('A note');
  await polar.benefits.update({ id: benefit.id, requestBody: { type: 'custom', description: 'Another note' } });
  expect((await items(polar.benefits.list({ query: 'note' }))).map(({ id }) => id)).toContain(benefit.id);
  await polar.benefits.delete({ id: benefit.id });
  await expect(polar.benefits.get({ id: benefit.id })).rejects.toMatchObject({ statusCode: 404 });
});

it('customers, by our id and by the merchant’s own', async () => {
  const externalId = randomUUID();
  const email = anEmail();
  const { id } = await polar.customers.create({ email, externalId, metadata: { tier: 'gold' } });
  expect((await polar.customers.get({ id })).email).toBe(email);
  expect((await polar.customers.getExternal({ externalId })).id).toBe(id);
  await polar.customers.update({ id, customerUpdate: { name: 'Ada Example' } });
  await polar.customers.updateExternal({ externalId, customerUpdateExternalID: { billingAddress: { country: 'FR' } } });
  const state = await polar.customers.getState({ id });
  expect([state.name, state.activeSubscriptions, state.grantedBenefits]).toEqual(['Ada Example', [], []]);
  expect((await polar.customers.getStateExternal({ externalId })).id).toBe(id);
  expect(await items(polar.customers.listPaymentMethods({ id }))).toEqual([]);
  expect(await items(polar.customers.listPaymentMethodsExternal({ externalId }))).toEqual([]);
  expect((await items(polar.customers.list({ email }))).map((found) => found.id)).toEqual([id]);
  expect(await polar.customers.export({})).toContain('Email');
  await expect(polar.customers.create({ email: email.toUpperCase() })).rejects.toMatchObject({ statusCode: 422 });
  await polar.customers.deleteExternal({ externalId });
  await expect(polar.customers.get({ id })).rejects.toMatchObject({ statusCode: 404 });
  const other = await polar.customers.create({ email: anEmail() });
  await polar.customers.delete({ id: other.id });
});

it('checkouts, for the merchant and for the buyer', async () => {
  const product = await monthly('Fern Pro');
  const checkout = await polar.checkouts.create({
    products: [product.id],
    successUrl: 'https://example.com/?c={CHECKOUT_ID}',
  });
  const { id, clientSecret } = checkout;
  expect([checkout.status, checkout.totalAmount]).toEqual(['open', 2000]);
  expect((await polar.checkouts.get({ id })).successUrl).toBe(`https://example.com/?c=${id}`);
  await polar.checkouts.update({ id, checkoutUpdate: { metadata: { from: 'a test' } } });
  const email = anEmail();
  await polar.checkouts.clientUpdate({ clientSecret, checkoutUpdatePublic: { customerEmail: email } });
  expect((await polar.checkouts.clientGet({ clientSecret })).customerEmail).toBe(email);
  const declined = polar.checkouts.clientConfirm({
    clientSecret,
    checkoutConfirmStripe: { confirmationTokenId: await running.aCard('pm_card_chargeDeclined') },
  });
  await expect(declined).rejects.toMatchObject({ statusCode: 400, error: 'PaymentError' });
  expect((await polar.checkouts.get({ id })).status).toBe('open');
  const confirmed = await polar.checkouts.clientConfirm({
    clientSecret,
    checkoutConfirmStripe: { confirmationTokenId: await running.aCard() },
  });
  expect([confirmed.status, typeof confirmed.customerSessionToken]).toEqual(['confirmed', 'string']);
  expect((await polar.checkouts.get({ id })).status).toBe('succeeded');
  expect((await items(polar.checkouts.list({ productId: product.id }))).map((found) => found.id)).toEqual([id]);
  const again = polar.checkouts.clientUpdate({ clientSecret, checkoutUpdatePublic: { customerName: 'Late' } });
  await expect(again).rejects.toMatchObject({ statusCode: 403 });
});

it('subscriptions', async () => {
  const { subscription, customer, product } = await bought();
  const { id } = subscription;
  expect((await polar.subscriptions.get({ id })).status).toBe('active');
  const canceled = await polar.subscriptions.update({
    id,
    subscriptionUpdate: { cancelAtPeriodEnd: true, customerCancellationReason: 'too_complex' },
  });
  expect([canceled.cancelAtPeriodEnd, canceled.customerCancellationReason]).toEqual([true, 'too_complex']);
  const back = await polar.subscriptions.update({ id, subscriptionUpdate: { cancelAtPeriodEnd: false } });
  expect([back.cancelAtPeriodEnd, back.canceledAt]).toEqual([false, null]);
  const trialEnd = new Date(Date.now() + 5 * 86_400_000);
  const trialing = await polar.subscriptions.update({ id, subscriptionUpdate: { trialEnd } });
  expect([trialing.status, trialing.trialEnd]).toEqual(['trialing', trialEnd]);
  // `now` is in the peer's document, but not in this version of its SDK.
  const charged = await running.made(token, 'PATCH', `/v1/subscriptions/${id}`, { trial_end: 'now' });
  expect(charged.status).toBe('active');
  expect((await items(polar.orders.list({ subscriptionId: id }))).map(({ status }) => status)).toEqual([
    'paid',
    'paid',
  ]);
  expect((await items(polar.subscriptions.list({ productId: product.id, active: true }))).map((s) => s.id)).toEqual([
    id,
  ]);
  expect(await polar.subscriptions.export({})).toContain('Product');
  expect((await polar.subscriptions.revoke({ id })).status).toBe('canceled');
  await expect(polar.subscriptions.revoke({ id })).rejects.toMatchObject({ statusCode: 403 });

  const free = await monthly('Fern Lite', 0);
  const given = await polar.subscriptions.create({ productId: free.id, customerId: customer.id });
  expect([given.status, given.amount]).toEqual(['active', 0]);
  const revoked = await polar.subscriptions.update({ id: given.id, subscriptionUpdate: { revoke: true } });
  expect(revoked.status).toBe('canceled');
});

it('orders and payments', async () => {
  const { customer, product } = await bought();
  const [order] = await items(polar.orders.list({ customerId: customer.id, productId: product.id }));
  if (order === undefined) throw new Error('no order');
  expect([order.status, order.totalAmount, order.billingReason]).toEqual(['paid', 2000, 'subscription_create']);
  expect((await polar.orders.get({ id: order.id })).invoiceNumber).toBe(order.invoiceNumber);
  const named = await polar.orders.update({
    id: order.id,
    orderUpdate: { billingName: 'Ada Example', billingAddress: { country: 'US', postalCode: '10001', state: 'US-NY' } },
  });
  expect(named.billingName).toBe('Ada Example');
  expect(await polar.orders.export({})).toContain(order.invoiceNumber);
  await polar.orders.generateInvoice({ id: order.id });
  const invoice = await eventually(() => polar.orders.invoice({ id: order.id }).catch(() => undefined));
  expect(invoice.url).toContain('/v1/documents/');
  expect((await polar.orders.get({ id: order.id })).isInvoiceGenerated).toBe(true);
  expect((await eventually(() => polar.orders.receipt({ id: order.id }))).url).toContain('/v1/documents/');
  const [payment] = await items(polar.payments.list({ orderId: order.id }));
  expect(payment).toMatchObject({ status: 'succeeded', amount: 2000, method: 'card' });
  expect((await polar.payments.get({ id: payment?.id ?? '' })).orderId).toBe(order.id);
});

it('benefit grants and license keys', async () => {
  const { benefit, customer } = await bought();
  const key = await eventually(async () => (await items(polar.licenseKeys.list({ benefitId: benefit.id })))[0]);
  expect(await items(polar.benefits.grants({ id: benefit.id, isGranted: true }))).toHaveLength(1);
  expect(await items(polar.benefitGrants.list({ customerId: customer.id }))).toHaveLength(1);
  const named = { key: key.key, organizationId };
  expect((await polar.licenseKeys.validate(named)).validations).toBe(1);
  expect((await polar.customerPortal.licenseKeys.validate(named)).validations).toBe(2);
  await expect(polar.licenseKeys.activate({ ...named, label: 'A laptop' })).rejects.toMatchObject({ statusCode: 403 });
  await polar.licenseKeys.update({ id: key.id, licenseKeyUpdate: { limitActivations: 2 } });
  const laptop = await polar.licenseKeys.activate({ ...named, label: 'A laptop', conditions: { os: 'linux' } });
  const phone = await polar.customerPortal.licenseKeys.activate({ ...named, label: 'A phone' });
  await expect(polar.licenseKeys.activate({ ...named, label: 'A third' })).rejects.toMatchObject({ statusCode: 403 });
  expect((await polar.licenseKeys.get({ id: key.id })).activations).toHaveLength(2);
  expect((await polar.licenseKeys.getActivation({ id: key.id, activationId: laptop.id })).label).toBe('A laptop');
  const elsewhere = polar.licenseKeys.validate({ ...named, activationId: laptop.id, conditions: { os: 'other' } });
  await expect(elsewhere).rejects.toMatchObject({ statusCode: 404 });
  await polar.licenseKeys.validate({ ...named, activationId: laptop.id, conditions: { os: 'linux' } });
  await polar.licenseKeys.deactivate({ ...named, activationId: laptop.id });
  await polar.customerPortal.licenseKeys.deactivate({ ...named, activationId: phone.id });
  expect((await polar.licenseKeys.get({ id: key.id })).activations).toEqual([]);
});

it('the customer portal', async () => {
  const { customer, subscription } = await bought();
  const { token: sessionToken, customerPortalUrl } = await polar.customerSessions.create({ customerId: customer.id });
  expect(customerPortalUrl).toContain('customer_session_token=');
  const session = { customerSession: sessionToken };
  const portal = polar.customerPortal;
  expect((await portal.customers.get(session)).email).toBe(customer.email);
  const update = { billingAddress: { country: 'DE' as const }, billingName: 'Ada Example' };
  expect((await portal.customers.update(session, update)).billingName).toBe('Ada Example');
  const methods = await items(portal.customers.listPaymentMethods(session, {}));
  expect(methods).toHaveLength(1);
  const added = await portal.customers.addPaymentMethod(session, {
    confirmationTokenId: await running.aCard('pm_card_mastercard'),
    setDefault: true,
    returnUrl: 'https://example.com/portal',
  });
  expect(added.status).toBe('succeeded');
  await portal.customers.deletePaymentMethod(session, { id: methods[0]?.id ?? '' });
  const { id } = subscription;
  expect((await items(portal.subscriptions.list(session, {}))).map((found) => found.id)).toEqual([id]);
  expect((await portal.subscriptions.get(session, { id })).status).toBe('active');
  const canceled = await portal.subscriptions.update(session, {
    id,
    customerSubscriptionUpdate: { cancelAtPeriodEnd: true },
  });
  expect(canceled.cancelAtPeriodEnd).toBe(true);
  await portal.subscriptions.update(session, { id, customerSubscriptionUpdate: { cancelAtPeriodEnd: false } });
  expect((await portal.subscriptions.cancel(session, { id })).cancelAtPeriodEnd).toBe(true);
  const [order] = await items(portal.orders.list(session, {}));
  const orderId = order?.id ?? '';
  expect((await portal.orders.get(session, { id: orderId })).status).toBe('paid');
  await expect(portal.orders.generateInvoice(session, { id: orderId })).rejects.toMatchObject({ statusCode: 422 });
  const orderUpdate = { billingName: 'Ada Example', billingAddress: { country: 'DE' as const } };
  const named = await portal.orders.update(session, { id: orderId, customerOrderUpdate: orderUpdate });
  expect(named.billingAddress?.country).toBe('DE');
  await portal.orders.generateInvoice(session, { id: orderId });
  await eventually(() => portal.orders.invoice(session, { id: orderId }).catch(() => undefined));
  expect((await eventually(() => portal.orders.receipt(session, { id: orderId }))).url).toContain('/v1/documents/');
  const grant = await eventually(async () => (await items(portal.benefitGrants.list(session, {})))[0]);
  expect((await portal.benefitGrants.get(session, { id: grant.id })).isGranted).toBe(true);
  const key = await eventually(async () => (await items(portal.licenseKeys.list(session, {})))[0]);
  expect((await portal.licenseKeys.get(session, { id: key.id })).status).toBe('granted');
  const { slug } = await polar.organizations.get({ id: organizationId });
  expect((await portal.organizations.get({ slug })).products.length).toBeGreaterThan(0);
});

it('webhook endpoints', async () => {
  const endpoint = await polar.webhooks.createWebhookEndpoint({
    url: 'http://127.0.0.1:9/nobody',
    format: 'raw',
    events: ['product.created'],
  });
  expect(endpoint.enabled).toBe(true);
  const { id } = endpoint;
  expect((await items(polar.webhooks.listWebhookEndpoints({}))).map((found) => found.id)).toContain(id);
  expect((await polar.webhooks.getWebhookEndpoint({ id })).url).toBe(endpoint.url);
  const reset = await polar.webhooks.resetWebhookEndpointSecret({ id });
  expect(reset.secret).not.toBe(endpoint.secret);
  await monthly('Fern News');
  const delivery = await eventually(
    async () => (await items(polar.webhooks.listWebhookDeliveries({ endpointId: id })))[0],
  );
  expect([delivery.succeeded, delivery.webhookEvent.type]).toEqual([false, 'product.created']);
  await polar.webhooks.redeliverWebhookEvent({ id: delivery.webhookEvent.id });
  const off = await polar.webhooks.updateWebhookEndpoint({ id, webhookEndpointUpdate: { enabled: false } });
  expect(off.enabled).toBe(false);
  await polar.webhooks.deleteWebhookEndpoint({ id });
});
