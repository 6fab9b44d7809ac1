/** A merchant's first day, by the peer's SDK with another base URL and our test clocks: four months, and a card that begins to fail. */

import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Polar } from '@polar-sh/sdk';
import { validateEvent } from '@polar-sh/sdk/webhooks';
import { type Running, startRunning } from '../api/running.ts';

/** `subscription.cycled` and its like are newer than this SDK's `validateEvent`. */
const EVENTS = [
  ...['checkout.created', 'checkout.updated', 'customer.created', 'customer.state_changed'],
  ...['order.created', 'order.updated', 'order.paid', 'benefit_grant.created', 'benefit_grant.revoked'],
  ...['subscription.created', 'subscription.updated', 'subscription.active', 'subscription.canceled'],
  ...['subscription.revoked'],
] as const;

let running: Running;
let polar: Polar;
let token: string;
let organizationId: string;
let receiver: Server;
let secret = '';
const received: { sequence: number; type: string; data: unknown }[] = [];

beforeAll(async () => {
  running = await startRunning();
  const merchant = await running.aMerchant();
  token = merchant.token;
  organizationId = merchant.organization.id;
  polar = new Polar({ accessToken: token, serverURL: running.api });
  receiver = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    try {
      const event = validateEvent(Buffer.concat(chunks), request.headers as Record<string, string>, secret);
      received.push({ sequence: Number(request.headers['webhook-sequence']), type: event.type, data: event.data });
      response.writeHead(204).end();
    } catch {
      response.writeHead(400).end();
    }
  });
  await new Promise<void>((listening) => receiver.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  ({ secret } = await polar.webhooks.createWebhookEndpoint({ url, format: 'raw', events: [...EVENTS] }));
});
afterAll(async () => {
  await new Promise((closed) => receiver.close(closed));
  await running.close();
});

async function lives(card: string, until: string) {
  received.length = 0;
  const benefit = await polar.benefits.create({ type: 'license_keys', description: 'A key', properties: {} });
  const product = await polar.products.create({
    name: 'Fern Pro',
    recurringInterval: 'month',
    prices: [{ amountType: 'fixed', priceAmount: 2000, priceCurrency: 'usd' }],
  });
  await polar.products.updateBenefits({ id: product.id, productBenefitsUpdate: { benefits: [benefit.id] } });
  const frozen_time = '2027-01-31T00:00:00Z';
  const clock = await running.made(token, 'POST', '/v1/test-clocks/', { name: 'A life', frozen_time });
  const email = `ada-${randomUUID()}@example.com`;
  const customer = await running.made(token, 'POST', '/v1/customers/', { email, test_clock_id: clock.id });
  const checkout = await polar.checkouts.create({ products: [product.id], customerId: customer.id });
  await polar.checkouts.clientConfirm({
    clientSecret: checkout.clientSecret,
    checkoutConfirmStripe: { confirmationTokenId: await running.aCard(card) },
  });
  await running.made(token, 'POST', `/v1/test-clocks/${clock.id}/advance`, { frozen_time: until });
  for (;;) {
    const { status } = await running.made(token, 'GET', `/v1/test-clocks/${clock.id}`);
    if (status === 'ready') break;
    await new Promise((passed) => setTimeout(passed, 50));
  }
  const ofThem = `customer_id=${customer.id}&limit=100&sorting=created_at`;
  const { items: orders } = await running.made(token, 'GET', `/v1/orders/?${ofThem}`);
  const { items: payments } = await running.made(token, 'GET', `/v1/payments/?${ofThem}`);
  const [key] = (await running.made(token, 'GET', `/v1/license-keys/?benefit_id=${benefit.id}`)).items;
  const subscriptions = await running.made(token, 'GET', `/v1/subscriptions/?customer_id=${customer.id}`);
  return { orders, payments, key, subscription: subscriptions.items[0] };
}

const day = ({ created_at }: { created_at: string }) => created_at.slice(0, 10);
const expectInOrder = () => {
  const sequences = received.map(({ sequence }) => sequence);
  expect(sequences).toEqual([...sequences].sort((a, b) => a - b));
  expect(new Set(sequences).size).toBe(sequences.length);
};

it('pays four orders in three months, and tells of each', async () => {
  const { orders, key, subscription } = await lives('pm_card_visa', '2027-04-30T00:00:00Z');
  expect(orders.map(day)).toEqual(['2027-01-31', '2027-02-28', '2027-03-31', '2027-04-30']);
  expect(orders.map(({ status }: { status: string }) => status)).toEqual(['paid', 'paid', 'paid', 'paid']);
  const numbers = orders.map((order: { invoice_number: string }) => Number(order.invoice_number.split('-').at(-1)));
  expect(numbers).toEqual([1, 2, 3, 4]);
  expect([subscription.status, subscription.current_period_end]).toEqual(['active', '2027-05-31T00:00:00.000Z']);
  expect((await polar.licenseKeys.validate({ key: key.key, organizationId })).status).toBe('granted');
  expect(received.filter(({ type }) => type === 'order.paid')).toHaveLength(4);
  expectInOrder();
});

it('tries a card that begins to fail on days 2, 7, 14 and 21, then gives up and takes the key back', async () => {
  const { orders, payments, key, subscription } = await lives('pm_card_chargeCustomerFail', '2027-04-30T00:00:00Z');
  expect(orders.map(({ status }: { status: string }) => status)).toEqual(['paid', 'pending']);
  const attempts = payments.filter(({ status }: { status: string }) => status === 'failed').map(day);
  expect(attempts).toEqual(['2027-02-28', '2027-03-02', '2027-03-07', '2027-03-14', '2027-03-21']);
  expect([subscription.status, subscription.ended_at]).toEqual(['canceled', '2027-03-21T00:00:00.000Z']);
  await expect(polar.licenseKeys.validate({ key: key.key, organizationId })).rejects.toMatchObject({ statusCode: 404 });
  const types = received.map(({ type }) => type);
  expect(types).toContain('benefit_grant.revoked');
  expect(types.indexOf('subscription.canceled')).toBeLessThan(types.indexOf('subscription.revoked'));
  expectInOrder();
  expect(await running.disagreements(token)).toEqual([]);
  expect(await running.made(token, 'GET', '/v1/invariants')).toMatchObject({ ok: true });
});
